package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.store.StoreException;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.wire.TokenGate;

/**
 * One client that watches one run.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Stored events are sent in order, each once, read only when the client can take them.
 *   <li>Of progress only the newest is kept.
 *   <li>After the event that ends the run the call is complete.
 * </ul>
 */
final class Watcher {
    /** Events read from the store at a time: a log row has about 300 bytes. */
    private static final int BATCH = 100;

    /** Reads events after a sequence. */
    @FunctionalInterface
    interface Reader {
        List<RunEvent> read(long afterSequence, int limit);
    }

    private final ServerCallStreamObserver<RunEvent> out;
    private final Reader reader;
    private final Executor threads;
    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicReference<@Nullable RunEvent> progress = new AtomicReference<>();
    private final String bearer;
    private Runnable atEnd = () -> {};
    private long sent;
    private volatile boolean revoked;
    private volatile boolean over;

    Watcher(
            ServerCallStreamObserver<RunEvent> out,
            Reader reader,
            long afterSequence,
            Executor threads,
            String bearer) {
        this.bearer = requireNonNull(bearer, "bearer");
        this.out = requireNonNull(out, "out");
        this.reader = requireNonNull(reader, "reader");
        this.threads = requireNonNull(threads, "threads");
        this.sent = afterSequence;
    }

    void onEnd(Runnable action) {
        atEnd = action;
    }

    /** Something may be sent now. One thread at a time sends, however many wake it. */
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            threads.execute(this::sendAll);
        }
    }

    void show(RunEvent newest) {
        progress.set(newest);
        wake();
    }

    /** The fingerprint of the token that the client showed. */
    String bearer() {
        return bearer;
    }

    /** Ends the call of a client whose token is no longer valid. */
    void revoke() {
        revoked = true;
        wake();
    }

    void cancel() {
        over = true;
        atEnd.run();
    }

    private void sendAll() {
        int seen;
        do {
            seen = wakes.get();
            try {
                sendWhileReady();
            } catch (StoreException e) {
                over = true;
                atEnd.run();
                out.onError(Statuses.of(e).asRuntimeException());
            }
        } while (!wakes.compareAndSet(seen, 0));
    }

    private void sendWhileReady() {
        if (revoked && !over) {
            over = true;
            atEnd.run();
            out.onError(TokenGate.REVOKED.asRuntimeException());
        }
        boolean more = true;
        while (more && !over && out.isReady()) {
            List<RunEvent> events = reader.read(sent, BATCH);
            for (RunEvent event : events) {
                send(event);
            }
            more = events.size() == BATCH;
        }
        if (!over && out.isReady()) {
            @Nullable RunEvent newest = progress.getAndSet(null);
            if (newest != null) {
                out.onNext(newest);
            }
        }
    }

    private void send(RunEvent event) {
        if (over) {
            return;
        }
        out.onNext(event);
        sent = event.getSequence();
        if (event.hasStatusChanged() && isLast(event.getStatusChanged().getStatus())) {
            over = true;
            atEnd.run();
            out.onCompleted();
        }
    }

    private static boolean isLast(RunStatus status) {
        return switch (status) {
            case DONE, FAILED, CANCELLED -> true;
            case QUEUED, STARTING, RUNNING, FINISHING, RUN_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                    false;
        };
    }
}
