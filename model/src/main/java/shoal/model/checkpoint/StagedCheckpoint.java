package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.recipe.Require;
import shoal.recipe.UserException;

/**
 * A checkpoint in the making: state is written by ranges at its final place in files that stand
 * beside the checkpoint's place, and {@link #seal} makes a checkpoint of them.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The folder appears whole, by one rename, after every byte of it is on disk. Until then, and
 *       if the process dies at any point, no other checkpoint changes and none appears.
 *   <li>A checkpoint of the same step is replaced: one of the two is there, or is put back by
 *       {@link Checkpoints#removeLeftovers}.
 *   <li>Closing without sealing leaves nothing.
 * </ul>
 *
 * <p>Methods may be called from one thread at a time.
 */
public final class StagedCheckpoint implements AutoCloseable {
    private final OutputFolder folder;
    private final ModelFolder startedFrom;
    private final int step;
    private final StagedWeights parameters;
    private final StagedWeights moments;

    /** Of all parameters in the optimizer's file. */
    private final long optimizerElements;

    private StagedCheckpoint(
            OutputFolder folder,
            ModelFolder startedFrom,
            Content content,
            StagedWeights parameters,
            StagedWeights moments) {
        this.folder = folder;
        this.startedFrom = startedFrom;
        this.step = content.step();
        this.optimizerElements = optimizerElements(content.kinds(), startedFrom.table());
        this.parameters = parameters;
        this.moments = moments;
    }

    private static long optimizerElements(List<StateKind> kinds, ParameterTable table) {
        return kinds.stream()
                .filter(kind -> !kind.equals(StateKind.PARAMETER))
                .flatMapToLong(kind -> table.parameters().stream().mapToLong(kind::elements))
                .sum();
    }

    /**
     * What a checkpoint is of.
     *
     * @param step at whose end
     * @param kinds parameters and what else there is of them
     */
    record Content(int step, List<StateKind> kinds) {
        Content {
            Require.atLeast("step", step, 1);
            kinds = List.copyOf(kinds);
        }
    }

    /**
     * Makes the files of tensors.
     *
     * @param target {@code checkpoint-STEP}
     * @param startedFrom whose config.json and tokenizer the run has
     */
    static StagedCheckpoint stage(
            Path target, String shownName, Content content, ModelFolder startedFrom, Disk disk) {
        requireNonNull(startedFrom, "startedFrom");
        if (Files.isDirectory(target) && !Files.exists(target.resolve(ManifestJson.NAME))) {
            throw new UserException(
                    shownName,
                    "is there and was not written by Shoal. Move it away, or choose another"
                            + " output_dir.");
        }
        OutputFolder folder = OutputFolder.stage(target, shownName, disk);
        try {
            ParameterTable table = startedFrom.table();
            StagedWeights parameters = folder.weights(SafetensorsLayout.of(table));
            try {
                StagedWeights moments =
                        folder.tensors(
                                ShoalCheckpoint.OPTIMIZER,
                                SafetensorsLayout.ofOptimizer(table, content.kinds()));
                return new StagedCheckpoint(folder, startedFrom, content, parameters, moments);
            } catch (RuntimeException refused) {
                parameters.close();
                throw refused;
            }
        } catch (RuntimeException refused) {
            folder.close();
            throw refused;
        }
    }

    /**
     * Writes one range of a unit.
     *
     * @param offsetElements from the start of the unit; what the unit pads is dropped
     * @param values little-endian fp32; all remaining bytes are taken
     * @throws UserException if the disk refuses
     */
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        (kind.equals(StateKind.PARAMETER) ? parameters : moments)
                .write(kind, unit, offsetElements, values);
    }

    /** Writes one range of a parameter, by the offset within it. */
    public void write(StateKind kind, Parameter parameter, long offsetElements, ByteBuffer values) {
        long elements = values.remaining() / Float.BYTES;
        if (offsetElements < 0 || offsetElements > parameter.sizeElements() - elements) {
            throw new IllegalArgumentException(
                    String.format(
                            "%d elements from %d are outside of %s, which has %d",
                            elements, offsetElements, parameter.name(), parameter.sizeElements()));
        }
        write(kind, parameter.unit(), parameter.offsetElements() + offsetElements, values);
    }

    /**
     * Adds the texts, makes everything durable and moves it to its place.
     *
     * @throws UserException if the disk refuses; nothing has appeared then
     * @throws IllegalStateException if elements are missing
     */
    public CheckpointManifest seal(CheckpointTexts texts) {
        long elements = startedFrom.table().parameterElements();
        requireWritten(OutputFolder.WEIGHTS, parameters, elements);
        requireWritten(ShoalCheckpoint.OPTIMIZER, moments, optimizerElements);
        if (texts.position().step() != step || texts.trainerState().globalStep() != step) {
            throw new IllegalStateException(
                    texts.position() + " is to be sealed as a checkpoint of step " + step);
        }
        moments.writeNumber(SafetensorsLayout.STEP, step);
        parameters.close();
        moments.close();
        folder.writeModelFiles(startedFrom);
        folder.write(ShoalCheckpoint.TRAINER_STATE, texts.trainerState().json());
        folder.write("README.md", texts.modelCard().markdown());
        CheckpointManifest manifest =
                new CheckpointManifest(
                        texts.recipe(), texts.position(), texts.facts(), folder.seal());
        folder.publishWhole(ManifestJson.NAME, ManifestJson.write(manifest));
        return manifest;
    }

    private static void requireWritten(String name, StagedWeights file, long elements) {
        // A worker that began again has written some twice.
        if (file.writtenElements() < elements) {
            throw new IllegalStateException(
                    String.format(
                            "%d elements of %s were written, expected %d",
                            file.writtenElements(), name, elements));
        }
    }

    /** Removes what was staged and not sealed. */
    @Override
    public void close() {
        try {
            parameters.close();
            moments.close();
        } finally {
            folder.close();
        }
    }
}
