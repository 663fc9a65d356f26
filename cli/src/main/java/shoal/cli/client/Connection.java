package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import shoal.wire.Access;
import shoal.wire.HostPort;

/**
 * Which coordinator, as whom, and who said so: messages name the flag or variable to correct.
 *
 * @param access to the coordinator
 * @param addressOrigin {@code --coordinator} or {@code SHOAL_COORDINATOR}
 * @param tokenOrigin {@code --token-file F} or {@code SHOAL_TOKEN_FILE=F}
 */
public record Connection(Access access, String addressOrigin, String tokenOrigin) {
    public Connection {
        requireNonNull(access, "access");
        requireNonNull(addressOrigin, "addressOrigin");
        requireNonNull(tokenOrigin, "tokenOrigin");
    }

    /** Where the coordinator listens. */
    public HostPort address() {
        return access.address();
    }
}
