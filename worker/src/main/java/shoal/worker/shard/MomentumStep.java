package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import shoal.engine.Compression;
import shoal.engine.GradientReport.BlockPlace;
import shoal.model.Unit;
import shoal.worker.stop.StopSignal;

/**
 * Momentum of one step on its way: packed blocks of ranks come in for what is owned here, their
 * means come out, and means of all blocks go to the engine. From any thread.
 */
final class MomentumStep {
    private final Member member;
    private final int step;
    private final int ranks;
    private final Compression compression;

    // Guarded by this.
    private final Map<PackedBlocks, ByteBuffer[]> waiting = new HashMap<>();
    private final Queue<Mean> means = new ArrayDeque<>();
    private Optional<BlockPlace> nonFinite = Optional.empty();
    private long blocksLeft;
    private @Nullable RuntimeException failure;

    /** The mean of blocks that are owned here, for all other workers. */
    record Mean(PackedBlocks blocks, ByteBuffer packed) {}

    /**
     * Nothing has come.
     *
     * @param ranks of the recipe
     */
    MomentumStep(Member member, int step, int ranks, Compression compression) {
        this.member = requireNonNull(member, "member");
        this.step = step;
        this.ranks = ranks;
        this.compression = requireNonNull(compression, "compression");
        this.blocksLeft = member.table().units().stream().mapToLong(Unit::blocks).sum();
    }

    int step() {
        return step;
    }

    /**
     * Takes what a rank sends of blocks that are owned here; the last one makes the mean.
     *
     * @param packed read before this returns
     */
    void ofRank(int rank, PackedBlocks blocks, ByteBuffer packed) {
        ByteBuffer[] all = with(rank, blocks, PackedBlocks.copy(packed));
        if (Arrays.stream(all).allMatch(part -> part != null)) {
            List<ByteBuffer> parts = new ArrayList<>(Arrays.asList(all));
            Mean mean = new Mean(blocks, compression.average(blocks.unit(), blocks.first(), parts));
            synchronized (this) {
                waiting.remove(blocks);
                means.add(mean);
            }
            take(blocks, mean.packed());
        }
    }

    /** The parts that have come; a copy. */
    private synchronized ByteBuffer[] with(int rank, PackedBlocks blocks, ByteBuffer packed) {
        ByteBuffer[] parts = waiting.computeIfAbsent(blocks, key -> new ByteBuffer[ranks]);
        if (parts[rank] != null) {
            throw new IllegalStateException(blocks + " of rank " + rank + " came twice");
        }
        parts[rank] = packed;
        return parts.clone();
    }

    /** Takes the mean of blocks, of this worker or another. */
    void take(PackedBlocks blocks, ByteBuffer packed) {
        compression.take(blocks.unit(), blocks.first(), packed);
        Optional<BlockPlace> bad =
                blocks.nonFinite(packed)
                        .map(block -> new BlockPlace(member.unit(blocks.unit()).name(), block));
        synchronized (this) {
            nonFinite = nonFinite.or(() -> bad);
            blocksLeft -= blocks.blocks();
            notifyAll();
        }
    }

    /** Waits for a mean that was made here; empty once all blocks of the model were taken. */
    synchronized Optional<Mean> next(StopSignal stop) {
        stop.await(this, this::hasNext);
        return Optional.ofNullable(means.poll());
    }

    private boolean hasNext() {
        boolean has = !means.isEmpty() || blocksLeft <= 0;
        if (!has && failure != null) {
            throw failure;
        }
        return has;
    }

    /** A block whose momentum is not finite. */
    synchronized Optional<BlockPlace> nonFinite() {
        return nonFinite;
    }

    /** Ends every wait with this exception. */
    synchronized void fail(RuntimeException why) {
        failure = why;
        notifyAll();
    }
}
