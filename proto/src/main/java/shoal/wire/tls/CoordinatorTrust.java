package shoal.wire.tls;

import static java.util.Objects.requireNonNull;

import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How a caller knows its coordinator. The coordinator's certificate must follow from what is
 * trusted here, be valid now, and be for the name or address that was dialled.
 *
 * <p>Safe for any thread.
 */
public final class CoordinatorTrust {
    private final SslContext context;

    private CoordinatorTrust(ServerCheck check) {
        this.context = TlsContexts.client(check);
    }

    /**
     * Trusts what a certificate with this fingerprint issued, and that certificate itself. The
     * coordinator sends it in the handshake: nothing has to be fetched or copied before.
     */
    public static CoordinatorTrust pinned(Fingerprint fingerprint) {
        return new CoordinatorTrust(new Pinned(requireNonNull(fingerprint, "fingerprint")));
    }

    /** Trusts what these certificates issued, and these certificates themselves. */
    public static CoordinatorTrust authorities(List<X509Certificate> certificates) {
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("no certificate, expected at least one");
        }
        return new CoordinatorTrust(new Given(Anchors.trusting(certificates)));
    }

    /** For a channel to the coordinator. */
    public SslContext context() {
        return context;
    }

    private static final class Pinned extends ServerCheck {
        private final Fingerprint fingerprint;

        Pinned(Fingerprint fingerprint) {
            this.fingerprint = fingerprint;
        }

        @Override
        Basis basis(X509Certificate[] chain) throws UntrustedException {
            for (X509Certificate each : chain) {
                if (Fingerprint.of(each).equals(fingerprint)) {
                    requireValidNow(each);
                    return new Basis(
                            Anchors.trusting(List.of(each)), "the certificate " + fingerprint);
                }
            }
            throw new UntrustedException(
                    "none of its certificates is "
                            + fingerprint
                            + "; the topmost is "
                            + Fingerprint.of(chain[chain.length - 1])
                            + ". Take the fingerprint from the line that this coordinator prints at"
                            + " its start. If it is the same, somebody else answers at this"
                            + " address");
        }
    }

    private static final class Given extends ServerCheck {
        private final X509ExtendedTrustManager check;

        Given(X509ExtendedTrustManager check) {
            this.check = check;
        }

        @Override
        Basis basis(X509Certificate[] chain) {
            return new Basis(check, "the certificates of --ca-file");
        }
    }
}
