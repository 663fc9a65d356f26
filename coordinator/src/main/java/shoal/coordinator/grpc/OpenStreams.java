package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import shoal.coordinator.core.Bounds;
import shoal.wire.Caller;

/**
 * The streams between clients and this coordinator, so that those which stand still can be ended,
 * and those whose token was revoked: each holds an open file or a place among those that its token
 * may have. Safe for any thread.
 */
public final class OpenStreams {
    /** How long the other end may take nothing, or send nothing: a laptop's short sleep. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Ticks without progress after which a stream is ended. */
    static final int MOST_TICKS = Math.toIntExact(PATIENCE.dividedBy(Bounds.TICK));

    private final Predicate<String> valid;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();

    /**
     * @param valid whether a token with this fingerprint is, still
     */
    public OpenStreams(Predicate<String> valid) {
        this.valid = requireNonNull(valid, "valid");
    }

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

    /** Whether calls of this caller are still served. */
    boolean isServed(Caller caller) {
        return valid.test(caller.fingerprint());
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
