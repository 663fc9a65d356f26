package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.SessionId;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.WorkerMessage;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.wire.TokenGate;

/**
 * The open streams of workers. Safe for any thread: network threads open and end streams, the
 * driver sends on them, the heart beats.
 */
public final class Sessions extends WorkerSessionGrpc.WorkerSessionImplBase {
    private final Consumer<Event> events;
    private final PeerCertificates certificates;
    private final Predicate<String> valid;
    private final Map<SessionId, SessionStream> open = new ConcurrentHashMap<>();

    /**
     * @param events where what workers say is told
     * @param certificates for their keys
     * @param valid whether a token with this fingerprint is, still
     */
    public Sessions(
            Consumer<Event> events, PeerCertificates certificates, Predicate<String> valid) {
        this.events = requireNonNull(events, "events");
        this.certificates = requireNonNull(certificates, "certificates");
        this.valid = requireNonNull(valid, "valid");
    }

    @Override
    public StreamObserver<WorkerMessage> attach(StreamObserver<CoordinatorMessage> out) {
        SessionId id = new SessionId(UUID.randomUUID().toString());
        SessionStream stream =
                new SessionStream(
                        id,
                        (ServerCallStreamObserver<CoordinatorMessage>) out,
                        this::tell,
                        certificates,
                        TokenGate.caller().fingerprint());
        open.put(id, stream);
        stream.onEnd(() -> open.remove(id));
        if (open.size() > Bounds.WORKERS) {
            stream.close(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            Bounds.WORKERS + " workers are attached, the most allowed"));
        }
        return stream;
    }

    /** The session, if its stream is still open. */
    public Optional<SessionStream> find(SessionId id) {
        return Optional.ofNullable(open.get(id));
    }

    /**
     * A heartbeat to every worker; ends streams that never said hello, and those whose token was
     * revoked.
     */
    public void beat() {
        for (SessionStream stream : open.values()) {
            if (valid.test(stream.bearer())) {
                stream.beat();
            } else {
                stream.revoke();
            }
        }
    }

    private void tell(Event event) {
        events.accept(event);
    }
}
