package shoal.wire.tls;

import static java.util.Objects.requireNonNull;

import io.netty.handler.ssl.SslContext;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the workers of a coordinator encrypt what they exchange and know each other: both ends show a
 * certificate of the coordinator's authority.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Without a certificate of its own this end trusts nobody.
 *   <li>A newer certificate, and its authority, hold for all connections from then on.
 *   <li>Whom this end refuses is logged, with the reason; the other end hears that it was refused.
 * </ul>
 *
 * <p>Safe for any thread.
 */
public final class PeerTls {
    private static final Logger LOG = LoggerFactory.getLogger(PeerTls.class);

    private final Credentials credentials = new Credentials();
    private volatile @Nullable X509Certificate authority;

    /** Who this end is from now on; the topmost certificate is whom it trusts. */
    public void replace(KeyAndChain newest) {
        requireNonNull(newest, "newest");
        authority = newest.topmost();
        credentials.replace(newest);
    }

    /** For a port that other workers dial: each must show a certificate. */
    public SslContext serverContext() {
        return TlsContexts.mutualServer(credentials, new Check(Optional.empty()));
    }

    /** For a channel to one process of one worker. */
    public SslContext clientContext(WorkerIdentity expected) {
        return TlsContexts.mutualClient(credentials, new Check(Optional.of(expected)));
    }

    /** Which worker dialled a port of {@link #serverContext}. */
    public static Optional<WorkerIdentity> caller(SSLSession session) {
        try {
            return WorkerIdentity.of((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** The JDK's check of one side. */
    private interface SideCheck {
        void check(X509ExtendedTrustManager anchors) throws CertificateException;
    }

    private void check(X509Certificate shown, Optional<WorkerIdentity> expected, SideCheck side)
            throws CertificateException {
        X509Certificate trusted = authority;
        if (trusted == null) {
            throw new UntrustedException("this worker has no certificate yet to judge others by");
        }
        ServerCheck.requireValidNow(shown);
        try {
            side.check(Anchors.trusting(List.of(trusted)));
        } catch (CertificateException e) {
            throw new UntrustedException(
                    "its certificate ("
                            + shown.getSubjectX500Principal()
                            + ") is not of this coordinator's authority "
                            + Fingerprint.of(trusted)
                            + ": "
                            + e.getMessage(),
                    e);
        }
        requireIdentity(shown, expected);
    }

    private static void requireIdentity(X509Certificate shown, Optional<WorkerIdentity> expected)
            throws UntrustedException {
        Optional<WorkerIdentity> identity = WorkerIdentity.of(shown);
        if (identity.isEmpty()) {
            throw new UntrustedException(
                    "its certificate (" + shown.getSubjectX500Principal() + ") is no worker's");
        }
        if (expected.isPresent() && !expected.equals(identity)) {
            throw new UntrustedException(
                    "its certificate is of "
                            + identity.get()
                            + ", the run's member there is "
                            + expected.get());
        }
    }

    /** Called in handshakes. */
    private final class Check extends X509ExtendedTrustManager {
        private final Optional<WorkerIdentity> expected;

        Check(Optional<WorkerIdentity> expected) {
            this.expected = expected;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain[0], expected, anchors -> anchors.checkServerTrusted(chain, type));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            try {
                check(chain[0], expected, anchors -> anchors.checkClientTrusted(chain, type));
            } catch (CertificateException e) {
                LOG.warn("a worker that dialled this one is refused: {}", e.getMessage());
                throw e;
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new IllegalStateException("connections here have an engine");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new IllegalStateException("connections here have an engine");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new IllegalStateException("connections here have an engine");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new IllegalStateException("connections here have an engine");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
