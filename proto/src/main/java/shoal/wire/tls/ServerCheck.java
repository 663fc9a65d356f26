package shoal.wire.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Checks the certificates of a server during the handshake, and says what is wrong in the user's
 * words: first whom they are trusted from, then dates, the chain, and the name that was dialled.
 */
abstract class ServerCheck extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = {};

    /**
     * Whose chains to accept, seen this one.
     *
     * @throws UntrustedException if this chain has nothing to do with what is trusted
     */
    abstract Basis basis(X509Certificate[] chain) throws UntrustedException;

    /**
     * What a chain is judged by.
     *
     * @param check the JDK's, for the certificates that are trusted
     * @param words for them: "the certificate sha256:..."
     */
    record Basis(X509ExtendedTrustManager check, String words) {}

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        Basis basis = basis(chain);
        requireValidNow(chain[0]);
        try {
            basis.check().checkServerTrusted(chain, type);
        } catch (CertificateException e) {
            throw new UntrustedException(
                    "its certificate ("
                            + chain[0].getSubjectX500Principal()
                            + ") does not follow from "
                            + basis.words()
                            + ": "
                            + e.getMessage(),
                    e);
        }
        try {
            basis.check().checkServerTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw new UntrustedException(
                    "its certificate is for other names: "
                            + e.getMessage()
                            + ". Dial it by a name or address it has, or start the coordinator"
                            + " with --tls-name NAME",
                    e);
        }
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String type) {
        throw new IllegalStateException("a check without the connection cannot tell the name");
    }

    @Override
    public final void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
        throw new IllegalStateException("connections here have an engine, no socket");
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String type) {
        throw new IllegalStateException("this checks servers");
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
        throw new IllegalStateException("this checks servers");
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        throw new IllegalStateException("this checks servers");
    }

    @Override
    public final X509Certificate[] getAcceptedIssuers() {
        return NONE;
    }

    /** The JDK does not look at the dates of a certificate that is trusted itself. */
    static void requireValidNow(X509Certificate certificate) throws UntrustedException {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new UntrustedException(
                    "its certificate ("
                            + certificate.getSubjectX500Principal()
                            + ") expired at "
                            + certificate.getNotAfter().toInstant()
                            + "; compare the clocks of both machines",
                    e);
        } catch (CertificateNotYetValidException e) {
            throw new UntrustedException(
                    "its certificate ("
                            + certificate.getSubjectX500Principal()
                            + ") is valid from "
                            + certificate.getNotBefore().toInstant()
                            + " only; compare the clocks of both machines",
                    e);
        }
    }
}
