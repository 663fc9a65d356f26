package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/**
 * What other workers of a run must know of one to exchange ranges with it.
 *
 * @param address host and port that they dial
 * @param hostNonce lets them prove that they run on the same host; opaque here
 */
public record PeerFacts(String address, String hostNonce) {
    public PeerFacts {
        requireNonNull(address, "address");
        requireNonNull(hostNonce, "hostNonce");
    }
}
