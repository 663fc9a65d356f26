package shoal.wire;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.Optional;
import shoal.wire.tls.CoordinatorTrust;

/**
 * Where a coordinator is, what one shows to it, and how one knows it.
 *
 * @param address it listens on
 * @param token that admits the caller
 * @param trust in its certificate; empty: the connection is not encrypted
 */
public record Access(HostPort address, Token token, Optional<CoordinatorTrust> trust) {
    public Access {
        requireNonNull(address, "address");
        requireNonNull(token, "token");
        requireNonNull(trust, "trust");
    }

    /** Without encryption, for a coordinator on this host. */
    public Access(HostPort address, Token token) {
        this(address, token, Optional.empty());
    }

    /** Whether the token would be sent to another host for everybody to read. */
    public boolean isExposed() {
        InetSocketAddress resolved = address.toSocketAddress();
        return trust.isEmpty()
                && !resolved.isUnresolved()
                && !resolved.getAddress().isLoopbackAddress();
    }
}
