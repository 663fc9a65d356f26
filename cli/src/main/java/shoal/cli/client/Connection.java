package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import shoal.wire.HostPort;
import shoal.wire.Token;

/**
 * Which coordinator, as whom, and who said so: messages name the flag or variable to correct.
 *
 * @param address where the coordinator listens
 * @param addressOrigin {@code --coordinator} or {@code SHOAL_COORDINATOR}
 * @param token what authenticates the caller
 * @param tokenOrigin {@code --token-file F} or {@code SHOAL_TOKEN_FILE=F}
 */
public record Connection(HostPort address, String addressOrigin, Token token, String tokenOrigin) {
    public Connection {
        requireNonNull(address, "address");
        requireNonNull(addressOrigin, "addressOrigin");
        requireNonNull(token, "token");
        requireNonNull(tokenOrigin, "tokenOrigin");
    }
}
