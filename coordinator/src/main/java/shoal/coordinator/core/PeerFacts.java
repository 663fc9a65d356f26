package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What other workers of a run must know of one to exchange ranges with it.
 *
 * @param address host and port that they dial
 * @param hostNonce lets them prove that they run on the same host; opaque here
 * @param device the CUDA device that it was given, if any; opaque here
 */
public record PeerFacts(String address, String hostNonce, Optional<String> device) {
    public PeerFacts {
        requireNonNull(address, "address");
        requireNonNull(hostNonce, "hostNonce");
        requireNonNull(device, "device");
    }

    /** Of a worker without a device. */
    public PeerFacts(String address, String hostNonce) {
        this(address, hostNonce, Optional.empty());
    }
}
