package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Fence;
import shoal.model.Parameter;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.OutputFolder;
import shoal.model.checkpoint.StagedWeights;
import shoal.model.safetensors.SafetensorsLayout;

/**
 * The result of one generation of a run while it is received and completed.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A new upload begins from nothing; what an earlier one still sends is refused.
 *   <li>It is whole only when every element of every parameter has come exactly once.
 * </ul>
 *
 * <p>Safe for any thread.
 */
final class Reception {
    private final Effect.ReceiveState wanted;
    private final ResultFolder place;
    private @Nullable Staged staged;
    private long uploads;
    private boolean whole;
    private boolean over;

    /** What is open while parameters come. */
    private record Staged(
            ModelFolder model, OutputFolder folder, StagedWeights weights, Coverage coverage) {}

    Reception(Effect.ReceiveState wanted, ResultFolder place) {
        this.wanted = requireNonNull(wanted, "wanted");
        this.place = requireNonNull(place, "place");
    }

    Fence fence() {
        return wanted.fence();
    }

    int step() {
        return wanted.step();
    }

    /** Begins an upload and gives its number. */
    synchronized long begin(int step) {
        if (over || step != wanted.step()) {
            throw new StaleUploadException(
                    "parameters of "
                            + wanted.fence()
                            + " at step "
                            + step
                            + " are not expected"
                            + (over
                                    ? "; its output is closed"
                                    : "; step " + wanted.step() + " is"));
        }
        closeStaged();
        uploads++;
        whole = false;
        ModelFolder model = place.linkModel(wanted.spec(), wanted.facts().labels());
        OutputFolder folder = place.stage();
        staged =
                new Staged(
                        model,
                        folder,
                        folder.weights(SafetensorsLayout.of(model.table())),
                        new Coverage(model.table()));
        return uploads;
    }

    /**
     * Writes a range of a parameter: little-endian fp32.
     *
     * @throws IllegalArgumentException if there is no such range, or it came before
     */
    synchronized void write(long upload, String name, long offset, ByteBuffer values) {
        Staged open = current(upload);
        Parameter parameter =
                open.model
                        .table()
                        .named(name)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the model has no parameter named " + name));
        if (values.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    values.remaining() + " bytes of " + name + " are no whole number of floats");
        }
        open.coverage.add(parameter, offset, values.remaining() / Float.BYTES);
        open.weights.write(parameter.unit(), parameter.offsetElements() + offset, values);
    }

    /**
     * Ends an upload and gives the elements that came.
     *
     * @throws IllegalArgumentException if some are missing
     */
    synchronized long finish(long upload) {
        Staged open = current(upload);
        Optional<String> missing = open.coverage.missing();
        if (missing.isPresent()) {
            throw new IllegalArgumentException(missing.get());
        }
        open.weights.close();
        whole = true;
        return open.coverage.elements();
    }

    /** Completes the output folder and moves it to its place. Runs as long as the disk needs. */
    synchronized void seal(Effect.SealOutput what) {
        Staged open = staged;
        if (open == null || !whole || over) {
            throw new IllegalStateException(
                    "the parameters of " + what.fence() + " are not whole, but are to be sealed");
        }
        ResultTexts texts = new ResultTexts(what);
        open.folder.writeModelFiles(open.model);
        open.folder.write("trainer_state.json", texts.trainerState());
        open.folder.write("README.md", texts.modelCard());
        open.folder.publish();
        close();
    }

    /** Throws away what came; nothing more is taken. */
    synchronized void close() {
        over = true;
        closeStaged();
        place.unlinkModel();
    }

    private void closeStaged() {
        if (staged != null) {
            staged.weights.close();
            staged.folder.close();
            staged = null;
        }
    }

    private Staged current(long upload) {
        if (staged == null || upload != uploads) {
            throw new StaleUploadException("another upload of " + fence() + " has begun since");
        }
        return staged;
    }
}
