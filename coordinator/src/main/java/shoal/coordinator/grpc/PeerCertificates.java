package shoal.coordinator.grpc;

import com.google.protobuf.ByteString;
import java.util.Optional;
import shoal.coordinator.core.WorkerProcess;
import shoal.proto.v1.PeerCertificate;

/** Vouches for workers towards each other. Safe for any thread. */
@FunctionalInterface
public interface PeerCertificates {
    /** For a coordinator whose calls are not encrypted: its workers are on one host. */
    PeerCertificates NONE = (process, publicKey) -> Optional.empty();

    /**
     * A certificate for this process's key.
     *
     * @param publicKey as the wire contract has it
     * @throws IllegalArgumentException if that is no key, in words
     */
    Optional<PeerCertificate> issue(WorkerProcess process, ByteString publicKey);
}
