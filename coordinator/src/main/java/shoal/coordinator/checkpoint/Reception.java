package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Fence;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.plan.shard.BlockRange;
import shoal.plan.shard.ShardMap;
import shoal.plan.shard.StateMap;

/**
 * State of one step of one generation of a run while it is received and completed.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Each worker sends the blocks that it owns. Its new upload begins from nothing; what an
 *       earlier one of it still sends is refused.
 *   <li>It is whole only when every element of all that is to come has come exactly once.
 * </ul>
 *
 * <p>Safe for any thread.
 *
 * @param <S> where it goes
 */
final class Reception<S extends Staged> {
    private final Effect.ReceiveState wanted;
    private final Supplier<S> place;
    private final Map<Integer, Shard> shards = new HashMap<>();
    private @Nullable S staged;
    private long uploads;
    private boolean over;

    /** What one worker sends: the number of its newest upload, and what has come of it. */
    private record Shard(long upload, Map<StateKind, Coverage> coverage, boolean whole) {
        /** What is missing, in words. */
        Optional<String> missing() {
            for (Map.Entry<StateKind, Coverage> each : coverage.entrySet()) {
                Optional<String> missing = each.getValue().missing();
                if (missing.isPresent()) {
                    boolean common = each.getKey().equals(StateKind.PARAMETER);
                    String kind = common ? "" : each.getKey() + ": ";
                    return Optional.of(kind + missing.get());
                }
            }
            return Optional.empty();
        }

        long elements() {
            return coverage.values().stream().mapToLong(Coverage::elements).sum();
        }
    }

    /** A reception that opens its place when the first upload begins. */
    Reception(Effect.ReceiveState wanted, Supplier<S> place) {
        this.wanted = requireNonNull(wanted, "wanted");
        this.place = requireNonNull(place, "place");
    }

    Effect.ReceiveState wanted() {
        return wanted;
    }

    Fence fence() {
        return wanted.fence();
    }

    int step() {
        return wanted.step();
    }

    boolean isOf(Fence fence, int step) {
        return fence().equals(fence) && step() == step;
    }

    /** Begins the upload of a worker and gives its number. */
    synchronized long begin(int step, int worker) {
        if (over || step != wanted.step()) {
            throw new StaleUploadException(
                    "state of "
                            + wanted.fence()
                            + " at step "
                            + step
                            + " is not expected"
                            + (over
                                    ? "; its folder is closed"
                                    : "; step " + wanted.step() + " is"));
        }
        if (worker < 0 || worker >= wanted.workers()) {
            throw new IllegalArgumentException(
                    "worker " + worker + " of a crew of " + wanted.workers());
        }
        S open = staged();
        ParameterTable table = open.table();
        StateMap map = map(table);
        Map<StateKind, Coverage> coverage = new LinkedHashMap<>();
        open.kinds().forEach(kind -> coverage.put(kind, new Coverage(table, map, kind, worker)));
        uploads++;
        shards.put(worker, new Shard(uploads, coverage, false));
        return uploads;
    }

    private S staged() {
        S open = staged;
        if (open == null) {
            open = place.get();
            staged = open;
        }
        return open;
    }

    /**
     * Writes a range of a parameter: little-endian fp32.
     *
     * @throws IllegalArgumentException if there is no such range, or it came before
     */
    synchronized void write(
            long upload, StateKind kind, String name, long offset, ByteBuffer values) {
        Shard shard = current(upload);
        S open = staged();
        Parameter parameter =
                open.table()
                        .named(name)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "the model has no parameter named " + name));
        Coverage came = shard.coverage.get(kind);
        if (came == null) {
            throw new IllegalArgumentException(
                    kind + " of " + name + " is not expected, only " + open.kinds());
        }
        if (values.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    values.remaining() + " bytes of " + name + " are no whole number of floats");
        }
        came.add(parameter, offset, values.remaining() / Float.BYTES);
        open.write(kind, parameter, offset, values);
    }

    /**
     * Ends an upload and gives the elements that came.
     *
     * @throws IllegalArgumentException if some are missing
     */
    synchronized long finish(long upload) {
        Shard shard = current(upload);
        Optional<String> missing = shard.missing();
        if (missing.isPresent()) {
            throw new IllegalArgumentException(missing.get());
        }
        shards.replaceAll(
                (worker, one) ->
                        one.upload == upload ? new Shard(upload, one.coverage, true) : one);
        return shard.elements();
    }

    /** Whether every owned element of every worker has come. */
    synchronized boolean isWhole() {
        return staged != null && isWhole(staged);
    }

    private boolean isWhole(S open) {
        return IntStream.range(0, wanted.workers())
                .allMatch(
                        worker -> {
                            @Nullable Shard shard = shards.get(worker);
                            return shard == null ? hasNothing(open, worker) : shard.whole;
                        });
    }

    private boolean hasNothing(S open, int worker) {
        StateMap map = map(open.table());
        return open.table().units().stream()
                .allMatch(
                        unit ->
                                open.kinds().stream()
                                        .map(kind -> map.range(kind, unit.index(), worker))
                                        .allMatch(BlockRange::isEmpty));
    }

    private StateMap map(ParameterTable table) {
        ShardMap shards = ShardMap.of(table, wanted.workers());
        return new StateMap(shards, wanted.spec().recipe().batch().ranks());
    }

    /** Completes what has come, and is over however that ends. */
    synchronized void complete(Consumer<S> work) {
        S open = staged;
        if (open == null || !isWhole(open) || over) {
            throw new IllegalStateException(
                    "the state of " + wanted.fence() + " is not whole, but is to be sealed");
        }
        try {
            work.accept(open);
        } finally {
            close();
        }
    }

    /** Throws away what came; nothing more is taken. */
    synchronized void close() {
        over = true;
        if (staged != null) {
            staged.close();
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
