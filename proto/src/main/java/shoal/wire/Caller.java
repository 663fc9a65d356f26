package shoal.wire;

import static java.util.Objects.requireNonNull;

/**
 * Whose call it is: everybody who bears one token is one caller.
 *
 * @param fingerprint of the token
 * @param scope what it allows
 */
public record Caller(String fingerprint, Scope scope) {
    public Caller {
        requireNonNull(fingerprint, "fingerprint");
        requireNonNull(scope, "scope");
    }
}
