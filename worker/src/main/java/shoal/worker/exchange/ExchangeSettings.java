package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.worker.exchange.nccl.Nccl;

/**
 * How ranges travel.
 *
 * @param times how long to wait for what
 * @param memory where workers of one host share memory; empty: streams only
 * @param windowPieces sent and not taken yet, per stream; the same at all workers of a generation
 * @param memoryWindowPieces the same where values go through shared memory, if there is room
 * @param nccl the device of this worker, if it was given one
 */
public record ExchangeSettings(
        ExchangeTimes times,
        Optional<Path> memory,
        int windowPieces,
        int memoryWindowPieces,
        Optional<Nccl> nccl) {
    /** 2 MiB under way per stream: a sender goes on while its peer's thread has its turn. */
    private static final int WINDOW_PIECES = 16;

    /** 4 MiB: few turns, and rings of three workers fit the 64 MiB that a container has. */
    private static final int MEMORY_WINDOW_PIECES = 32;

    public ExchangeSettings {
        requireNonNull(times, "times");
        requireNonNull(memory, "memory");
        Require.atLeast("windowPieces", windowPieces, 1);
        Require.atLeast("memoryWindowPieces", memoryWindowPieces, 1);
        requireNonNull(nccl, "nccl");
    }

    /** Shared memory where it can be had, streams elsewhere. */
    public static ExchangeSettings standard() {
        return new ExchangeSettings(
                ExchangeTimes.standard(),
                Optional.of(Path.of("/dev/shm")),
                WINDOW_PIECES,
                MEMORY_WINDOW_PIECES,
                Optional.empty());
    }

    /** The same, over streams only. */
    public ExchangeSettings withoutMemory() {
        return new ExchangeSettings(
                times, Optional.empty(), windowPieces, memoryWindowPieces, nccl);
    }

    /** The same, for a worker with a device. */
    public ExchangeSettings with(Optional<Nccl> device) {
        return new ExchangeSettings(times, memory, windowPieces, memoryWindowPieces, device);
    }

    /**
     * Pieces that may be under way on each stream of so many workers: fewer with more of them, so
     * that what all streams keep until it is taken fits {@link Limits#SHARED_MEMORY_BYTES}, too.
     */
    int streamWindow(int workers) {
        long streams = (long) Math.max(1, workers - 1) * Kind.Track.values().length;
        long room = Limits.SHARED_MEMORY_BYTES / (streams * Limits.CHUNK_BYTES);
        return (int) Math.max(1, Math.min(windowPieces, room));
    }

    /**
     * The ring of one of so many workers: with more of them its windows are smaller, so that all
     * fit {@link Limits#SHARED_MEMORY_BYTES} as long as one piece each does.
     */
    MemoryRing.Layout ring(int workers, int owner) {
        MemoryRing.Layout least = new MemoryRing.Layout(workers, owner, 1);
        long room = Limits.SHARED_MEMORY_BYTES / Math.max(1, least.sizeBytes());
        int windowPieces = (int) Math.max(1, Math.min(memoryWindowPieces, room));
        return new MemoryRing.Layout(workers, owner, windowPieces);
    }
}
