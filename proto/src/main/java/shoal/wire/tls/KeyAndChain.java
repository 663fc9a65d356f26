package shoal.wire.tls;

import static java.util.Objects.requireNonNull;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key and the certificates that speak for it.
 *
 * @param key belongs to the first certificate
 * @param chain each issued by the next one, the topmost last
 */
public record KeyAndChain(PrivateKey key, List<X509Certificate> chain) {
    public KeyAndChain {
        requireNonNull(key, "key");
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("no certificate, expected at least one");
        }
    }

    /** Who is meant. */
    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** Whom callers are to trust. */
    public X509Certificate topmost() {
        return chain.get(chain.size() - 1);
    }

    /** Does not show the key. */
    @Override
    public String toString() {
        return "KeyAndChain[" + leaf().getSubjectX500Principal() + "]";
    }
}
