package shoal.coordinator.tls;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import shoal.wire.tls.KeyAndChain;
import shoal.wire.tls.WorkerIdentity;

/**
 * A certificate authority: a coordinator's own, and nobody else's.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>What it issues is for one purpose each, and issues nothing itself.
 *   <li>Every subject has a space in its name: where a certificate has no host names, none can be
 *       read out of it.
 * </ul>
 */
public final class Authority {
    /** A run's lifetime many times over; a fingerprint that changes has to be handed out again. */
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3_650);

    /** Below the 398 days that some clients accept. */
    private static final Duration SERVER_LIFE = Duration.ofDays(365);

    /** Asked for again with a third of it left: a lost key is worth little for long. */
    private static final Duration WORKER_LIFE = Duration.ofHours(24);

    /** A P-256 key has 91. */
    private static final int KEY_BYTES = 200;

    /** Clocks of other hosts may be behind. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofHours(1);

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;

    private final KeyAndChain own;
    private final SecureRandom random;

    /**
     * @param own key and certificate, from {@link #create}
     */
    public Authority(KeyAndChain own, SecureRandom random) {
        this.own = requireNonNull(own, "own");
        this.random = requireNonNull(random, "random");
    }

    /** A new one, which nobody trusts yet. */
    public static KeyAndChain create(Instant now, SecureRandom random) {
        byte[] mark = new byte[8];
        random.nextBytes(mark);
        KeyPair pair = keyPair(random);
        X500Name name = name("Shoal authority " + HexFormat.of().formatHex(mark));
        try {
            X509v3CertificateBuilder builder =
                    builder(name, name, pair.getPublic(), life(now, AUTHORITY_LIFE), random);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new KeyAndChain(
                    pair.getPrivate(), List.of(signed(builder, pair.getPrivate(), random)));
        } catch (CertIOException e) {
            throw new IllegalStateException("an extension cannot be written", e);
        }
    }

    /** Its certificate: what others trust. */
    public X509Certificate certificate() {
        return own.leaf();
    }

    /** A new key and a certificate for a listener on this host, with the authority's above it. */
    public KeyAndChain server(HostNames names, Instant now) {
        List<GeneralName> alternatives = new ArrayList<>();
        names.names().forEach(n -> alternatives.add(new GeneralName(GeneralName.dNSName, n)));
        names.addresses().forEach(a -> alternatives.add(new GeneralName(GeneralName.iPAddress, a)));
        KeyPair pair = keyPair(random);
        X509Certificate issued =
                issue(
                        name("Shoal coordinator"),
                        pair.getPublic(),
                        alternatives,
                        List.of(KeyPurposeId.id_kp_serverAuth),
                        life(now, SERVER_LIFE));
        return new KeyAndChain(pair.getPrivate(), List.of(issued, certificate()));
    }

    /**
     * A certificate by which other workers know this process, for both ends of a connection.
     *
     * @param publicKey X.509 SubjectPublicKeyInfo of a P-256 key
     * @throws IllegalArgumentException if that is no such key
     */
    public X509Certificate worker(WorkerIdentity identity, byte[] publicKey, Instant now) {
        return issue(
                name("Shoal worker " + identity.worker()),
                ellipticKey(publicKey),
                List.of(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri())),
                List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
                life(now, WORKER_LIFE));
    }

    private static PublicKey ellipticKey(byte[] encoded) {
        if (encoded.length > KEY_BYTES) {
            throw new IllegalArgumentException(
                    "a public key of " + encoded.length + " bytes, expected at most " + KEY_BYTES);
        }
        try {
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the public key is no EC key: " + e.getMessage(), e);
        }
    }

    /** From when to when. */
    private record Life(Instant from, Instant to) {}

    private X509Certificate issue(
            X500Name subject,
            PublicKey key,
            List<GeneralName> alternatives,
            List<KeyPurposeId> purposes,
            Life life) {
        try {
            X500Name issuer =
                    X500Name.getInstance(certificate().getSubjectX500Principal().getEncoded());
            X509v3CertificateBuilder builder = builder(issuer, subject, key, life, random);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(alternatives.toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(certificate().getPublicKey()));
            return signed(builder, own.key(), random);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("an extension cannot be written", e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Life life, SecureRandom random) {
        try {
            return new JcaX509v3CertificateBuilder(
                            issuer,
                            new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE),
                            Date.from(life.from()),
                            Date.from(life.to()),
                            subject,
                            key)
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("an extension cannot be written", e);
        }
    }

    private static X509Certificate signed(
            X509v3CertificateBuilder builder, PrivateKey key, SecureRandom random) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder(SIGNATURE)
                                            .setSecureRandom(random)
                                            .build(key)));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("every JDK signs with " + SIGNATURE, e);
        }
    }

    private static Life life(Instant now, Duration life) {
        return new Life(now.minus(CLOCK_DIFFERENCE), now.plus(life));
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
    }

    private static KeyPair keyPair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }
}
