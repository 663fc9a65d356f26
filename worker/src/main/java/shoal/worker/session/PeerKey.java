package shoal.worker.session;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import shoal.proto.v1.PeerCertificate;
import shoal.wire.tls.KeyAndChain;
import shoal.wire.tls.PeerTls;

/**
 * The key by which other workers know this process: made in memory, never written; the coordinator
 * vouches for it with certificates that live for a day.
 *
 * <p>Used by the owner's single thread.
 */
public final class PeerKey {
    private final KeyPair pair;
    private final PeerTls tls;

    /**
     * Makes a key.
     *
     * @param tls takes every certificate that comes
     */
    public PeerKey(PeerTls tls) {
        this.tls = requireNonNull(tls, "tls");
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /** What the coordinator is asked to vouch for. */
    public ByteString publicKey() {
        return ByteString.copyFrom(pair.getPublic().getEncoded());
    }

    /**
     * Shows this certificate to others from now on.
     *
     * @return when another one is to be asked for: with a third of its life left
     * @throws IllegalArgumentException if it is none
     */
    public Instant take(PeerCertificate certificate, Instant now) {
        X509Certificate own = read(certificate.getCertificate());
        tls.replace(
                new KeyAndChain(pair.getPrivate(), List.of(own, read(certificate.getAuthority()))));
        Instant end = own.getNotAfter().toInstant();
        return now.plusMillis(Math.max(0, (end.toEpochMilli() - now.toEpochMilli()) / 3 * 2));
    }

    private static X509Certificate read(ByteString der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(der.newInput());
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the coordinator sent no certificate", e);
        }
    }
}
