package shoal.coordinator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;
import shoal.wire.tls.KeyAndChain;

final class OwnCertificateTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir Path folder;
    private Path certificate = Path.of("");
    private Path key = Path.of("");
    private final Instant now = Instant.now();
    private final Authority authority = new Authority(Authority.create(now, RANDOM), RANDOM);
    private final KeyAndChain good = authority.server(HostNames.of(List.of("localhost")), now);

    @BeforeEach
    void write_good_ones() throws IOException {
        certificate = folder.resolve("host.pem");
        key = folder.resolve("host-key.pem");
        Files.writeString(certificate, Pem.text(good.chain()));
        Files.writeString(key, Pem.text(good.key()));
    }

    @Test
    void a_chain_and_its_key_are_read() {
        KeyAndChain read = read(now);

        assertThat(read.chain()).isEqualTo(good.chain());
        assertThat(read.key()).isEqualTo(good.key());
    }

    @Test
    void a_key_in_the_older_form_is_read() throws IOException {
        Files.writeString(key, older(good.key()));

        assertThat(Files.readString(key)).startsWith("-----BEGIN EC PRIVATE KEY-----");
        assertThat(Pem.match(read(now))).isTrue();
    }

    @Test
    void a_key_under_a_passphrase_is_refused_with_the_way_out() throws IOException {
        Files.writeString(key, underPassphrase());

        assertRefused("--tls-key " + key + ": holds a key under a passphrase; write it without");
    }

    @Test
    void another_certificates_key_is_refused() throws IOException {
        KeyAndChain other = authority.server(HostNames.of(List.of("localhost")), now);
        Files.writeString(key, Pem.text(other.key()));

        assertRefused(
                "--tls-cert "
                        + certificate
                        + ": its first certificate (CN=Shoal coordinator) is not that of the key"
                        + " in "
                        + key);
    }

    @Test
    void an_expired_certificate_is_refused_with_its_dates() {
        Instant late = now.plus(Duration.ofDays(366));

        assertThatThrownBy(() -> read(late))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is valid from ")
                .hasMessageContaining(", and now it is " + late);
    }

    @Test
    void everything_wrong_with_both_files_is_said_at_once() throws IOException {
        Files.delete(certificate);
        Files.writeString(key, "no key");

        assertThatThrownBy(() -> read(now))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "--tls-cert "
                                + certificate
                                + ": there is no such file. Correct the path.\n--tls-key "
                                + key
                                + ": holds no private key; expected PEM, with -----BEGIN PRIVATE"
                                + " KEY-----.");
    }

    @Test
    void text_that_only_looks_like_a_certificate_is_refused() throws IOException {
        Files.writeString(
                certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertRefused("--tls-cert " + certificate + ": is no PEM that can be read: ");
    }

    private void assertRefused(String start) {
        assertThatThrownBy(() -> read(now))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(start);
    }

    private KeyAndChain read(Instant when) {
        return OwnCertificate.read(new TlsSettings.Own(certificate, key), when);
    }

    /** As openssl's ecparam writes it: RFC 5915, with the curve. */
    private static String older(PrivateKey key) throws IOException {
        ECPrivateKey form =
                new ECPrivateKey(
                        256,
                        ((java.security.interfaces.ECPrivateKey) key).getS(),
                        SECObjectIdentifiers.secp256r1);
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("EC PRIVATE KEY", form.getEncoded()));
        }
        return text.toString();
    }

    /** Only the header is looked at: without the passphrase there is nothing else to see. */
    private static String underPassphrase() {
        return """
                -----BEGIN EC PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

                AAECAwQFBgcICQoLDA0ODw==
                -----END EC PRIVATE KEY-----
                """;
    }
}
