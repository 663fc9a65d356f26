package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.Caller;
import shoal.wire.TokenGate;

/**
 * A stream to one client.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The next message is made only when the client can take it: what is in flight is one message
 *       beyond the transport's small buffer.
 *   <li>One thread at a time makes and sends messages, a few before it is another stream's turn.
 *   <li>A client that takes nothing for {@link OpenStreams#PATIENCE} is told so, behind what is in
 *       flight to it, and gets no more.
 *   <li>A client whose token is revoked is told so and gets no more.
 *   <li>The source is closed once, when the stream ends, however it ends.
 * </ul>
 */
final class Outflow<M> implements OpenStreams.Stream {
    private static final Logger LOG = LoggerFactory.getLogger(Outflow.class);

    /** Messages of one turn: 2 MiB of a file, some ms of a disk. */
    private static final int TURN = 16;

    /** Where messages come from; one thread at a time calls it. */
    interface Source<M> {
        /** The next message; empty: none now, or none ever again. */
        Optional<M> next() throws IOException;

        /** Whether the last message was given. */
        boolean isOver();

        void close() throws IOException;
    }

    private final ServerCallStreamObserver<M> out;
    private final Source<M> source;
    private final Executor threads;
    private final OpenStreams streams;
    private final Caller caller = TokenGate.caller();
    private final AtomicInteger wakes = new AtomicInteger();
    private final AtomicInteger ticksStill = new AtomicInteger();
    private volatile boolean gone;
    private boolean over; // of the thread whose turn it is

    private Outflow(
            ServerCallStreamObserver<M> out,
            Source<M> source,
            Executor threads,
            OpenStreams streams) {
        this.out = requireNonNull(out, "out");
        this.source = requireNonNull(source, "source");
        this.threads = requireNonNull(threads, "threads");
        this.streams = requireNonNull(streams, "streams");
    }

    /**
     * A stream that begins with the first {@link #wake}. Called while the service's method runs.
     *
     * @param threads where messages are made and sent
     */
    static <M> Outflow<M> prepare(
            ServerCallStreamObserver<M> out,
            Source<M> source,
            Executor threads,
            OpenStreams streams) {
        Outflow<M> flow = new Outflow<>(out, source, threads, streams);
        streams.add(flow);
        out.setOnCancelHandler(flow::cancel);
        out.setOnReadyHandler(flow::wake);
        return flow;
    }

    /** Something may be sent now. */
    void wake() {
        if (wakes.getAndIncrement() == 0) {
            threads.execute(this::turn);
        }
    }

    @Override
    public void tick() {
        if (!streams.isServed(caller)) {
            wake();
        } else if (out.isReady()) {
            ticksStill.set(0);
        } else if (ticksStill.incrementAndGet() > OpenStreams.MOST_TICKS) {
            wake();
        }
    }

    private void cancel() {
        gone = true;
        wake();
    }

    private void turn() {
        int seen = wakes.get();
        boolean more = false;
        try {
            more = !over && send();
        } catch (IOException | RuntimeException e) {
            end(Statuses.of(e));
        }
        if (more || !wakes.compareAndSet(seen, 0)) {
            threads.execute(this::turn);
        }
    }

    /** Sends what this turn allows; whether it could have sent more. */
    private boolean send() throws IOException {
        if (gone) {
            close();
            return false;
        }
        if (!streams.isServed(caller)) {
            end(TokenGate.REVOKED);
            return false;
        }
        if (ticksStill.get() > OpenStreams.MOST_TICKS) {
            end(OpenStreams.stoodStill("took nothing"));
            return false;
        }
        for (int i = 0; i < TURN; i++) {
            if (!out.isReady()) {
                return false;
            }
            Optional<M> next = source.next();
            if (next.isEmpty()) {
                if (source.isOver()) {
                    close();
                    out.onCompleted();
                }
                return false;
            }
            ticksStill.set(0);
            out.onNext(next.get());
        }
        return true;
    }

    private void end(Status why) {
        close();
        out.onError(why.asRuntimeException());
    }

    private void close() {
        over = true;
        streams.remove(this);
        try {
            source.close();
        } catch (IOException e) {
            LOG.warn("a file that was sent does not close: {}", e.toString());
        }
    }
}
