package shoal.coordinator.grpc;

import io.grpc.Status;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import shoal.coordinator.core.Bounds;

/**
 * The streams between clients and this coordinator, so that those which stand still can be ended:
 * each holds an open file or a place among those that its token may have. Safe for any thread.
 */
public final class OpenStreams {
    /** How long the other end may take nothing, or send nothing: a laptop's short sleep. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Ticks without progress after which a stream is ended. */
    static final int MOST_TICKS = Math.toIntExact(PATIENCE.dividedBy(Bounds.TICK));

    private final Set<Stream> open = ConcurrentHashMap.newKeySet();

    /** One stream. */
    interface Stream {
        /** Time has passed, {@link Bounds#TICK} of it. Never waits. */
        void tick();
    }

    void add(Stream stream) {
        open.add(stream);
    }

    void remove(Stream stream) {
        open.remove(stream);
    }

    int count() {
        return open.size();
    }

    /** Time has passed, {@link Bounds#TICK} of it. */
    public void tick() {
        open.forEach(Stream::tick);
    }

    /** With which a stream ends that stood still; whoever asks again goes on where it was. */
    static Status stoodStill(String what) {
        return Status.UNAVAILABLE.withDescription(
                "this stream was ended because its client "
                        + what
                        + " for "
                        + PATIENCE.toSeconds()
                        + " s; ask again");
    }
}
