package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import shoal.recipe.Require;

/**
 * How ranges travel.
 *
 * @param times how long to wait for what
 * @param memory where workers of one host share memory; empty: streams only
 * @param windowPieces sent and not taken yet, per stream; the same at all workers of a generation
 */
public record ExchangeSettings(ExchangeTimes times, Optional<Path> memory, int windowPieces) {
    /** 2 MiB under way per stream: a sender goes on while its peer's thread has its turn. */
    private static final int WINDOW_PIECES = 16;

    public ExchangeSettings {
        requireNonNull(times, "times");
        requireNonNull(memory, "memory");
        Require.atLeast("windowPieces", windowPieces, 1);
    }

    /** Shared memory where it can be had, streams elsewhere. */
    public static ExchangeSettings standard() {
        return new ExchangeSettings(
                ExchangeTimes.standard(), Optional.of(Path.of("/dev/shm")), WINDOW_PIECES);
    }

    /** The same, over streams only. */
    public ExchangeSettings withoutMemory() {
        return new ExchangeSettings(times, Optional.empty(), windowPieces);
    }
}
