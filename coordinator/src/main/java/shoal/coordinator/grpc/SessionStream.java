package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Consumer;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.SessionId;
import shoal.coordinator.core.WorkerProcess;
import shoal.coordinator.core.WorkerReport;
import shoal.coordinator.message.WorkerMessages;
import shoal.proto.v1.CertificateRequest;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Heartbeat;
import shoal.proto.v1.Hello;
import shoal.proto.v1.PeerCertificate;
import shoal.proto.v1.Welcome;
import shoal.proto.v1.WorkerMessage;
import shoal.wire.TokenGate;
import shoal.wire.Version;

/**
 * One stream of one worker.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The first event is an attachment, the last one its end, each at most once; an end is told
 *       only after an attachment.
 *   <li>A message that no correct worker sends ends the stream with INVALID_ARGUMENT and the
 *       reason.
 *   <li>The next message is read when this one's event was taken: a queue that is full holds back
 *       the worker, not memory.
 * </ul>
 *
 * <p>Sending is safe for any thread. What is in flight to a worker is bounded by the protocol: it
 * gets its next command after its answer.
 */
public final class SessionStream implements StreamObserver<WorkerMessage> {
    /** Heartbeats that a stream may take to say hello. */
    private static final int BEATS_TO_HELLO = 20;

    private final SessionId id;
    private final ServerCallStreamObserver<CoordinatorMessage> out;
    private final Consumer<Event> events;
    private final PeerCertificates certificates;
    private final String bearer;
    private Optional<WorkerProcess> process = Optional.empty(); // of the reading thread
    private Optional<PeerCertificate> certificate = Optional.empty(); // guarded by this
    private Runnable atEnd = () -> {};
    private boolean attached;
    private boolean admitted;
    private boolean ended;
    private boolean told;
    private long beats;

    SessionStream(
            SessionId id,
            ServerCallStreamObserver<CoordinatorMessage> out,
            Consumer<Event> events,
            PeerCertificates certificates,
            String bearer) {
        this.bearer = requireNonNull(bearer, "bearer");
        this.id = requireNonNull(id, "id");
        this.out = requireNonNull(out, "out");
        this.events = requireNonNull(events, "events");
        this.certificates = requireNonNull(certificates, "certificates");
        out.setOnCancelHandler(() -> end("its stream broke"));
    }

    void onEnd(Runnable action) {
        atEnd = action;
    }

    @Override
    public void onNext(WorkerMessage message) {
        if (isEnded()) {
            return;
        }
        try {
            if (!isAttached()) {
                hello(message);
            } else if (message.hasHeartbeat()) {
                events.accept(new Event.Heartbeat(id));
            } else if (message.hasCertificateRequest()) {
                renew(message.getCertificateRequest());
            } else {
                report(message);
            }
        } catch (IllegalArgumentException e) {
            String what = message.getKindCase() + ": " + e.getMessage();
            close(Status.INVALID_ARGUMENT.withDescription(what));
            end("it sent " + what);
        }
    }

    @Override
    public void onError(Throwable broken) {
        end("its stream broke");
    }

    @Override
    public void onCompleted() {
        end("it closed its stream");
        close(Status.OK);
    }

    /** Lets the worker in. */
    public void admit() {
        Welcome.Builder welcome =
                Welcome.newBuilder()
                        .setSession(id.text())
                        .setHeartbeatMillis(Math.toIntExact(Bounds.HEARTBEAT.toMillis()));
        synchronized (this) {
            admitted = true;
            certificate.ifPresent(welcome::setPeerCertificate);
        }
        send(CoordinatorMessage.newBuilder().setWelcome(welcome).build());
    }

    /** Sends, unless the stream is closed. */
    public synchronized void send(CoordinatorMessage message) {
        if (!ended && !out.isCancelled()) {
            out.onNext(message);
        }
    }

    /** Ends the stream from this side. */
    public void close(Status status) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            if (!out.isCancelled()) {
                complete(status);
            }
        }
        atEnd.run();
    }

    /** The fingerprint of the token that the worker showed. */
    String bearer() {
        return bearer;
    }

    /** Ends the stream of a worker whose token is no longer valid. */
    void revoke() {
        close(TokenGate.REVOKED);
        end("its token was revoked");
    }

    /** A sign of life; skipped while the worker reads nothing. */
    void beat() {
        boolean silent;
        synchronized (this) {
            beats++;
            silent = !attached && beats > BEATS_TO_HELLO;
        }
        if (silent) {
            close(Status.DEADLINE_EXCEEDED.withDescription("no Hello came"));
        } else {
            sendBeat();
        }
    }

    private synchronized void sendBeat() {
        if (admitted && out.isReady()) {
            send(
                    CoordinatorMessage.newBuilder()
                            .setHeartbeat(Heartbeat.newBuilder().setSequence(beats))
                            .build());
        }
    }

    private void complete(Status status) {
        if (status.isOk()) {
            out.onCompleted();
        } else {
            out.onError(status.asRuntimeException());
        }
    }

    private void hello(WorkerMessage message) {
        if (!message.hasHello()) {
            throw new IllegalArgumentException("the first message must be a Hello");
        }
        Hello hello = message.getHello();
        if (!hello.getVersion().equals(Version.CURRENT)) {
            close(
                    Status.FAILED_PRECONDITION.withDescription(
                            "this coordinator is Shoal "
                                    + Version.CURRENT
                                    + ", the worker is '"
                                    + hello.getVersion()
                                    + "'; both must be the same version. Update the older one"));
            return;
        }
        WorkerProcess said = WorkerMessages.process(hello);
        process = Optional.of(said);
        Optional<PeerCertificate> vouched =
                hello.getPeerPublicKey().isEmpty()
                        ? Optional.empty()
                        : certificates.issue(said, hello.getPeerPublicKey());
        Event event =
                new Event.Attached(
                        id, said, WorkerMessages.facts(hello), WorkerMessages.held(hello));
        synchronized (this) {
            attached = true;
            certificate = vouched;
        }
        events.accept(event);
    }

    /** Only whoever was let in is vouched for again. */
    private void renew(CertificateRequest request) {
        boolean in;
        synchronized (this) {
            in = admitted;
        }
        process.filter(any -> in)
                .flatMap(said -> certificates.issue(said, request.getPeerPublicKey()))
                .ifPresent(
                        newer ->
                                send(
                                        CoordinatorMessage.newBuilder()
                                                .setPeerCertificate(newer)
                                                .build()));
    }

    private void report(WorkerMessage message) {
        Optional<WorkerReport> report = WorkerMessages.report(message);
        events.accept(
                new Event.Reported(
                        id,
                        report.orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "not expected after the Hello"))));
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    private synchronized boolean isAttached() {
        return attached;
    }

    /** Tells that the stream is over, once, if it was told that it began. */
    private void end(String reason) {
        boolean tell;
        synchronized (this) {
            tell = attached && !told;
            told = true;
        }
        if (tell) {
            events.accept(new Event.SessionEnded(id, reason));
        }
        atEnd.run();
    }
}
