package shoal.worker.session;

import static java.util.Objects.requireNonNull;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Heartbeat;
import shoal.proto.v1.Hello;
import shoal.proto.v1.WorkerMessage;
import shoal.proto.v1.WorkerSessionGrpc;

/**
 * One stream to the coordinator.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Hello is the first message.
 *   <li>At most one message that is no heartbeat is handed to the listener before {@link #readMore}
 *       is called, so that nothing queues up here.
 *   <li>{@link Listener#broken} is called exactly once, last.
 *   <li>Sending on a broken stream does nothing.
 * </ul>
 *
 * <p>All methods may be called from any thread.
 */
final class Session {
    /** What happens on a stream; called from network threads, must return at once. */
    interface Listener {
        void received(Session session, CoordinatorMessage message);

        void broken(Session session, Status status);
    }

    private final Listener listener;
    private final LongSupplier nanoTime;
    private volatile long heardNanos;
    private @Nullable ClientCallStreamObserver<WorkerMessage> out; // guarded by this
    private boolean over; // guarded by this
    private long sentHeartbeats; // guarded by this

    private Session(Listener listener, LongSupplier nanoTime) {
        this.listener = requireNonNull(listener, "listener");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.heardNanos = nanoTime.getAsLong();
    }

    static Session open(Channel channel, Hello hello, Listener listener, LongSupplier nanoTime) {
        Session session = new Session(listener, nanoTime);
        WorkerSessionGrpc.newStub(channel).attach(session.new Incoming());
        session.send(WorkerMessage.newBuilder().setHello(hello).build());
        return session;
    }

    synchronized void send(WorkerMessage message) {
        if (out != null && !over) {
            out.onNext(message);
        }
    }

    synchronized void sendHeartbeat() {
        sentHeartbeats++;
        send(
                WorkerMessage.newBuilder()
                        .setHeartbeat(Heartbeat.newBuilder().setSequence(sentHeartbeats))
                        .build());
    }

    /** Nanoseconds since the coordinator was last heard, or since the stream was opened. */
    long silentNanos() {
        return nanoTime.getAsLong() - heardNanos;
    }

    /** The last message is dealt with; the next one may come. */
    void readMore() {
        ClientCallStreamObserver<WorkerMessage> stream;
        synchronized (this) {
            stream = over ? null : out;
        }
        if (stream != null) {
            stream.request(1);
        }
    }

    /** Gives the stream up; the listener hears it broken. */
    void cancel(String reason) {
        ClientCallStreamObserver<WorkerMessage> stream;
        synchronized (this) {
            stream = over ? null : out;
            over = true;
        }
        if (stream != null) {
            stream.cancel(reason, null);
        }
    }

    /** Says that nothing more comes from here: an orderly leave. */
    synchronized void end() {
        if (out != null && !over) {
            over = true;
            out.onCompleted();
        }
    }

    private synchronized void opened(ClientCallStreamObserver<WorkerMessage> stream) {
        out = stream;
    }

    private void broke(Status status) {
        synchronized (this) {
            over = true;
        }
        listener.broken(this, status);
    }

    private final class Incoming
            implements ClientResponseObserver<WorkerMessage, CoordinatorMessage> {
        @Override
        public void beforeStart(ClientCallStreamObserver<WorkerMessage> stream) {
            stream.disableAutoRequestWithInitial(1);
            opened(stream);
        }

        @Override
        public void onNext(CoordinatorMessage message) {
            heardNanos = nanoTime.getAsLong();
            if (message.hasHeartbeat()) {
                readMore();
            } else {
                listener.received(Session.this, message);
            }
        }

        @Override
        public void onError(Throwable error) {
            broke(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            broke(Status.UNAVAILABLE.withDescription("the coordinator closed the session"));
        }
    }
}
