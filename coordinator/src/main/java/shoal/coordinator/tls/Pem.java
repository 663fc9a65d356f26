package shoal.coordinator.tls;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import shoal.wire.tls.KeyAndChain;

/** Certificates and keys as text: PEM, RFC 7468. */
public final class Pem {
    private Pem() {}

    /** A text that is not what it should be; the message says what it is, for the user. */
    public static final class PemException extends Exception {
        private static final long serialVersionUID = 1L;

        PemException(String message) {
            super(message);
        }

        PemException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Certificates, in their order. */
    public static String text(List<X509Certificate> chain) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            for (X509Certificate each : chain) {
                writer.writeObject(new PemObject("CERTIFICATE", each.getEncoded()));
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a certificate without a DER form", e);
        }
        return text.toString();
    }

    /** A key, as PKCS #8. */
    public static String text(PrivateKey key) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("PRIVATE KEY", key.getEncoded()));
        } catch (IOException e) {
            throw new IllegalStateException("text in memory cannot be written", e);
        }
        return text.toString();
    }

    /** All certificates of a text, at least one; keys beside them are passed over. */
    public static List<X509Certificate> certificates(String text) throws PemException {
        List<X509Certificate> found = new ArrayList<>();
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        for (Object each : objects(text)) {
            if (each instanceof X509CertificateHolder holder) {
                try {
                    found.add(converter.getCertificate(holder));
                } catch (GeneralSecurityException e) {
                    throw new PemException(
                            "holds a certificate that cannot be read: " + e.getMessage(), e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new PemException(
                    "holds no certificate; expected PEM, with -----BEGIN CERTIFICATE-----");
        }
        return found;
    }

    /** The first key of a text: PKCS #8, or the older forms for RSA and EC. */
    public static PrivateKey key(String text) throws PemException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        try {
            for (Object each : objects(text)) {
                if (each instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                } else if (each instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                } else if (each instanceof PKCS8EncryptedPrivateKeyInfo
                        || each instanceof PEMEncryptedKeyPair) {
                    throw new PemException(
                            "holds a key under a passphrase; write it without one: openssl pkey"
                                    + " -in KEY -out PLAIN_KEY");
                }
            }
        } catch (IOException e) {
            throw new PemException("holds a key that cannot be read: " + e.getMessage(), e);
        }
        throw new PemException(
                "holds no private key; expected PEM, with -----BEGIN PRIVATE KEY-----");
    }

    /** Whether the first certificate is the key's. */
    public static boolean match(KeyAndChain given) {
        byte[] probe = {1, 2, 3};
        PublicKey publicKey = given.leaf().getPublicKey();
        String algorithm =
                switch (publicKey.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> publicKey.getAlgorithm();
                };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(given.key());
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<Object> objects(String text) throws PemException {
        List<Object> objects = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                objects.add(each);
            }
        } catch (IOException | RuntimeException e) {
            throw new PemException("is no PEM that can be read: " + e.getMessage(), e);
        }
        return objects;
    }
}
