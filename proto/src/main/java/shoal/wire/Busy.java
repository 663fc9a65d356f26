package shoal.wire;

import static java.util.Objects.requireNonNull;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a server that has no room for a call now: RESOURCE_EXHAUSTED, and when to ask again
 * in the trailer that gRPC has for it (proposal A6, "server pushback").
 */
public final class Busy {
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    /** Longer than any server of ours asks for: what comes from the wire decides no more. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final String why;
    private final Duration retryIn;

    /**
     * An answer.
     *
     * @param why in words, as a clause: "16 lists of files are being made"
     */
    public Busy(String why, Duration retryIn) {
        this.why = requireNonNull(why, "why");
        this.retryIn = requireNonNull(retryIn, "retryIn");
    }

    public Status status() {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "busy: " + why + "; retry in " + retryIn.toSeconds() + " s");
    }

    public Metadata trailers() {
        Metadata trailers = new Metadata();
        trailers.put(PUSHBACK, String.valueOf(retryIn.toMillis()));
        return trailers;
    }

    public StatusRuntimeException asException() {
        return new StatusRuntimeException(status(), trailers());
    }

    /** When to ask again, if this is such an answer. */
    public static Optional<Duration> retryIn(StatusRuntimeException ended) {
        Metadata trailers = ended.getTrailers();
        @Nullable String millis = trailers == null ? null : trailers.get(PUSHBACK);
        if (ended.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED || millis == null) {
            return Optional.empty();
        }
        try {
            Duration said = Duration.ofMillis(Math.max(0, Long.parseLong(millis)));
            return Optional.of(said.compareTo(LONGEST) < 0 ? said : LONGEST);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
