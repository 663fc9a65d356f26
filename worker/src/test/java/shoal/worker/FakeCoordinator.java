package shoal.worker;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Welcome;
import shoal.proto.v1.WorkerMessage;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Servers;
import shoal.wire.Token;
import shoal.wire.TokenGate;

/** A coordinator that does what a test says, on a free port of the loopback interface. */
final class FakeCoordinator implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    final Token token;
    private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
    private volatile Status refusal = Status.OK;
    private final Server server;

    private FakeCoordinator(HostPort address, Token token) throws IOException {
        this.token = token;
        TokenGate gate =
                new TokenGate(
                        fingerprint ->
                                fingerprint.equals(token.fingerprint())
                                        ? Optional.of(Scope.WORKER)
                                        : Optional.empty(),
                        Map.of("shoal.v1.WorkerSession/Attach", Set.of(Scope.WORKER)));
        server =
                Servers.listenOn(address)
                        .addService(ServerInterceptors.intercept(new Sessions(), gate))
                        .build()
                        .start();
    }

    static FakeCoordinator start() throws IOException {
        return startAt(new HostPort("127.0.0.1", 0), Token.create(new SecureRandom()));
    }

    static FakeCoordinator startAt(HostPort address, Token token) throws IOException {
        return new FakeCoordinator(address, token);
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getPort());
    }

    /** From now on Attach ends with this status. */
    void refuse(Status status) {
        refusal = status;
    }

    /** The next stream; its Hello is still to be read. */
    Line nextLine() throws InterruptedException {
        return polled(lines, "a worker dials");
    }

    /** The next stream, welcomed. */
    Line welcomed() throws InterruptedException {
        Line line = nextLine();
        line.hello = line.next();
        line.send(
                CoordinatorMessage.newBuilder()
                        .setWelcome(Welcome.newBuilder().setSession("s").setHeartbeatMillis(20)));
        return line;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static <T> T polled(BlockingQueue<T> queue, String what) throws InterruptedException {
        T found = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (found == null) {
            throw new AssertionError("waited " + PATIENCE_SECONDS + " s until " + what);
        }
        return found;
    }

    private final class Sessions extends WorkerSessionGrpc.WorkerSessionImplBase {
        @Override
        public StreamObserver<WorkerMessage> attach(StreamObserver<CoordinatorMessage> out) {
            Status status = refusal;
            if (!status.isOk()) {
                out.onError(status.asException());
                return new Line(out);
            }
            Line line = new Line(out);
            lines.add(line);
            return line;
        }
    }

    /** One stream, seen from the coordinator. */
    static final class Line implements StreamObserver<WorkerMessage> {
        private final StreamObserver<CoordinatorMessage> out;
        private final BlockingQueue<WorkerMessage> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<Long> heartbeats = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();
        WorkerMessage hello = WorkerMessage.getDefaultInstance();

        private Line(StreamObserver<CoordinatorMessage> out) {
            this.out = out;
        }

        void send(CoordinatorMessage.Builder message) {
            out.onNext(message.build());
        }

        /** Breaks the stream as a lost connection does. */
        void breakOff() {
            out.onError(Status.UNAVAILABLE.withDescription("cable pulled").asException());
        }

        /** The next message that is no heartbeat. */
        WorkerMessage next() throws InterruptedException {
            return polled(messages, "the worker says something");
        }

        long nextHeartbeat() throws InterruptedException {
            return polled(heartbeats, "a heartbeat comes");
        }

        /** Waits until the worker's side is over; true if it left in order. */
        boolean end() throws InterruptedException {
            return polled(ends, "the worker leaves");
        }

        boolean hasMessage() {
            return !messages.isEmpty();
        }

        @Override
        public void onNext(WorkerMessage message) {
            if (message.hasHeartbeat()) {
                heartbeats.add(message.getHeartbeat().getSequence());
            } else {
                messages.add(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            ends.add(false);
        }

        @Override
        public void onCompleted() {
            ends.add(true);
            out.onCompleted();
        }
    }
}
