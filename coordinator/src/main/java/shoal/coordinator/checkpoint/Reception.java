package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Fence;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.OutputFolder;
import shoal.model.checkpoint.StagedWeights;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.plan.shard.ShardMap;
import shoal.recipe.MonitorRecipe;

/**
 * The result of one generation of a run while it is received and completed.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Each worker sends the blocks that it owns. Its new upload begins from nothing; what an
 *       earlier one of it still sends is refused.
 *   <li>It is whole only when every element of every parameter has come exactly once.
 * </ul>
 *
 * <p>Safe for any thread.
 */
final class Reception {
    private final Effect.ReceiveState wanted;
    private final ResultFolder place;
    private final Map<Integer, Shard> shards = new HashMap<>();
    private @Nullable Staged staged;
    private long uploads;
    private boolean over;

    /** What is open while parameters come. */
    private record Staged(ModelFolder model, OutputFolder folder, StagedWeights weights) {}

    /** What one worker sends: the number of its newest upload, and what has come of it. */
    private record Shard(long upload, Coverage coverage, boolean whole) {}

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

    /** Begins the upload of a worker and gives its number. */
    synchronized long begin(int step, int worker) {
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
        if (worker < 0 || worker >= wanted.workers()) {
            throw new IllegalArgumentException(
                    "worker " + worker + " of a crew of " + wanted.workers());
        }
        ParameterTable table = staged().model.table();
        Coverage coverage = new Coverage(table, ShardMap.of(table, wanted.workers()), worker);
        uploads++;
        shards.put(worker, new Shard(uploads, coverage, false));
        return uploads;
    }

    private Staged staged() {
        Staged open = staged;
        if (open == null) {
            ModelFolder model = place.linkModel(wanted.spec(), wanted.facts().labels());
            OutputFolder folder = place.stage();
            open = new Staged(model, folder, folder.weights(SafetensorsLayout.of(model.table())));
            staged = open;
        }
        return open;
    }

    /**
     * Writes a range of a parameter: little-endian fp32.
     *
     * @throws IllegalArgumentException if there is no such range, or it came before
     */
    synchronized void write(long upload, String name, long offset, ByteBuffer values) {
        Shard shard = current(upload);
        Staged open = staged();
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
        shard.coverage.add(parameter, offset, values.remaining() / Float.BYTES);
        open.weights.write(parameter.unit(), parameter.offsetElements() + offset, values);
    }

    /**
     * Ends an upload and gives the elements that came.
     *
     * @throws IllegalArgumentException if some are missing
     */
    synchronized long finish(long upload) {
        Shard shard = current(upload);
        Optional<String> missing = shard.coverage.missing();
        if (missing.isPresent()) {
            throw new IllegalArgumentException(missing.get());
        }
        shards.replaceAll(
                (worker, one) ->
                        one.upload == upload ? new Shard(upload, one.coverage, true) : one);
        return shard.coverage.elements();
    }

    /** Whether every owned element of every worker has come. */
    synchronized boolean isWhole() {
        return staged != null && isWhole(staged.model.table());
    }

    private boolean isWhole(ParameterTable table) {
        ShardMap map = ShardMap.of(table, wanted.workers());
        return IntStream.range(0, wanted.workers())
                .allMatch(
                        worker -> {
                            @Nullable Shard shard = shards.get(worker);
                            return shard == null ? map.ranges(worker).isEmpty() : shard.whole;
                        });
    }

    /** Completes the output folder and moves it to its place. Runs as long as the disk needs. */
    synchronized void seal(Effect.SealOutput what) {
        Staged open = staged;
        if (open == null || !isWhole(open.model.table()) || over) {
            throw new IllegalStateException(
                    "the parameters of " + what.fence() + " are not whole, but are to be sealed");
        }
        open.weights.close();
        ResultTexts texts = new ResultTexts(what);
        open.folder.writeModelFiles(open.model);
        open.folder.write("trainer_state.json", texts.trainerState());
        open.folder.write("README.md", texts.modelCard());
        if (what.course().recipe().monitor().writesCsv()) {
            LearningRateTable rates = new LearningRateTable(what.course(), what.course().steps());
            open.folder.write(MonitorRecipe.RATES_FILE, rates.csv());
        }
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

    private Shard current(long upload) {
        return shards.values().stream()
                .filter(shard -> !over && shard.upload == upload)
                .findFirst()
                .orElseThrow(
                        () ->
                                new StaleUploadException(
                                        "another upload of " + fence() + " has begun since"));
    }
}
