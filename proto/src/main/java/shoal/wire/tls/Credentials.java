package shoal.wire.tls;

import static java.util.Objects.requireNonNull;

import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Who this process is to others. Replaced as it runs: connections that exist go on, new ones use
 * the newest.
 *
 * <p>Safe for any thread.
 */
public final class Credentials {
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();

    /** Nobody yet: handshakes end without success. */
    Credentials() {}

    public Credentials(KeyAndChain first) {
        replace(first);
    }

    public void replace(KeyAndChain newest) {
        requireNonNull(newest, "newest");
        keys.updateIdentityCredentials(
                newest.chain().toArray(X509Certificate[]::new), newest.key());
    }

    /** For a listener that asks its callers for no certificate. */
    public SslContext serverContext() {
        return TlsContexts.server(this);
    }

    /** For a listener that is not gRPC's. */
    public X509ExtendedKeyManager keys() {
        return keys;
    }
}
