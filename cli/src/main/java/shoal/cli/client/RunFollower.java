package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.StatusChanged;
import shoal.proto.v1.WatchRequest;
import shoal.wire.Busy;

/**
 * Follows a run from its first event to its end, each stored event once.
 *
 * <p>A coordinator that restarts is waited for: its runs go on when it is back, and so does this.
 */
public final class RunFollower {
    /** One stream; a run that lasts longer is followed by the next one. */
    private static final long STREAM_HOURS = 1;

    /** Between two tries to reach a coordinator that is away. */
    private static final long RETRY_MILLIS = 500;

    /** Tries in a row without an answer: about a minute. */
    private static final int TRIES = 120;

    private static final Duration PATIENCE = Duration.ofMillis(RETRY_MILLIS * TRIES);

    private final CoordinatorClient client;
    private final String run;
    private final Consumer<RunEvent> listener;
    private long sequence;
    private int triesLeft = TRIES;
    private boolean heard;

    /**
     * @param listener hears each event on the thread that calls {@link #follow}
     */
    public RunFollower(CoordinatorClient client, String run, Consumer<RunEvent> listener) {
        this.client = requireNonNull(client, "client");
        this.run = requireNonNull(run, "run");
        this.listener = requireNonNull(listener, "listener");
    }

    /**
     * Follows a run that its coordinator has just accepted, and is waited for from the start.
     *
     * @param listener hears each event on the thread that calls {@link #follow}
     */
    public static RunFollower ofAccepted(
            CoordinatorClient client, String run, Consumer<RunEvent> listener) {
        RunFollower follower = new RunFollower(client, run, listener);
        follower.heard = true;
        return follower;
    }

    /** Returns the status with which the run ended: DONE, FAILED or CANCELLED. */
    public StatusChanged follow() {
        while (true) {
            StatusChanged end = null;
            try {
                end = watch();
            } catch (StatusRuntimeException e) {
                waitOrThrow(e);
            }
            if (end != null) {
                return end;
            }
        }
    }

    /** Reads one stream; null if it ended before the run did. */
    private @Nullable StatusChanged watch() {
        Context.CancellableContext context = Context.current().withCancellation();
        Context before = context.attach();
        try {
            Iterator<RunEvent> events =
                    RunsGrpc.newBlockingStub(client.channel())
                            .withDeadlineAfter(STREAM_HOURS, TimeUnit.HOURS)
                            .watch(
                                    WatchRequest.newBuilder()
                                            .setName(run)
                                            .setAfterSequence(sequence)
                                            .build());
            while (events.hasNext()) {
                RunEvent event = events.next();
                heard = true;
                triesLeft = TRIES;
                if (event.getSequence() != 0) {
                    sequence = event.getSequence();
                }
                listener.accept(event);
                if (event.hasStatusChanged() && isEnd(event.getStatusChanged().getStatus())) {
                    return event.getStatusChanged();
                }
            }
            throw Status.UNAVAILABLE
                    .withDescription("the stream of events ended before the run")
                    .asRuntimeException();
        } finally {
            context.detach(before);
            context.cancel(null);
        }
    }

    /** A stream's own deadline is no trouble; an absence is, once it lasts. */
    private void waitOrThrow(StatusRuntimeException ended) {
        if (ended.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED && heard) {
            return;
        }
        boolean away = (heard || client.refusals().wasThere()) && Refusals.isAway(ended);
        boolean mayPass = away || Busy.retryIn(ended).isPresent();
        if (!mayPass || triesLeft == 0) {
            throw client.refusals().of(ended, "run " + run, PATIENCE);
        }
        triesLeft--;
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for the coordinator");
        }
    }

    /** Whether a run in this status has ended. */
    public static boolean isEnd(RunStatus status) {
        return switch (status) {
            case DONE, FAILED, CANCELLED -> true;
            case RUN_STATUS_UNSPECIFIED, QUEUED, STARTING, RUNNING, FINISHING, UNRECOGNIZED ->
                    false;
        };
    }
}
