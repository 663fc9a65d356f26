package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import shoal.wire.Busy;

/**
 * The attempts at one call that is safe to repeat: it changes nothing, or is known by its id when
 * it comes again. One thread uses it.
 */
final class Attempts {
    /** Between two tries to reach a coordinator that was there and is away. */
    private static final Duration AWAY_PAUSE = Duration.ofMillis(500);

    private final Refusals refusals;
    private final Patience patience;
    private final Consumer<String> notes;
    private final String asked;
    private long sinceNanos = System.nanoTime();
    private int made;
    private String told = "";

    /**
     * @param notes takes a sentence when something is waited for
     * @param asked what is asked for, as the object of a sentence: "run a1"
     */
    Attempts(Refusals refusals, Patience patience, Consumer<String> notes, String asked) {
        this.refusals = requireNonNull(refusals, "refusals");
        this.patience = requireNonNull(patience, "patience");
        this.notes = requireNonNull(notes, "notes");
        this.asked = requireNonNull(asked, "asked");
    }

    /** How long the next attempt may take. */
    Duration next() {
        made++;
        Duration longer = patience.answer().multipliedBy(made);
        Duration left = patience.whole().minus(waited());
        Duration least = Duration.ofMillis(1);
        return least.compareTo(left) > 0 ? least : longer.compareTo(left) < 0 ? longer : left;
    }

    /** Something came: from here on patience is whole again. */
    void progressed() {
        sinceNanos = System.nanoTime();
        made = 0;
        told = "";
    }

    /** Waits until it is time for the next attempt, or throws what the user should know. */
    void failed(StatusRuntimeException ended) {
        Optional<Duration> pause = pause(ended);
        Duration left = patience.whole().minus(waited());
        if (pause.isEmpty() || left.compareTo(pause.get()) <= 0) {
            throw refusals.of(ended, asked, waited());
        }
        String trouble = refusals.trouble(ended, asked, waited());
        if (!told.equals(ended.getStatus().getCode().name())) {
            told = ended.getStatus().getCode().name();
            notes.accept(
                    "note: " + trouble + "; asking again, for " + Refusals.seconds(left) + " more");
        }
        try {
            TimeUnit.NANOSECONDS.sleep(pause.get().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while asking for " + asked);
        }
    }

    private Duration waited() {
        return Duration.ofNanos(System.nanoTime() - sinceNanos);
    }

    /** How long to wait before the same is asked again; empty: that would not help. */
    private Optional<Duration> pause(StatusRuntimeException ended) {
        Optional<Duration> busy = Busy.retryIn(ended);
        if (busy.isPresent()) {
            return busy;
        }
        if (Refusals.isAway(ended) && refusals.wasThere()) {
            return Optional.of(AWAY_PAUSE);
        }
        boolean late = ended.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
        return late && (refusals.wasThere() || refusals.takesConnections())
                ? Optional.of(Duration.ZERO)
                : Optional.empty();
    }
}
