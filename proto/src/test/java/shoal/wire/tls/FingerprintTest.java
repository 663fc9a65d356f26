package shoal.wire.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class FingerprintTest {
    private static final String HEX = "0123456789abcdef".repeat(4);

    @Test
    void what_is_printed_can_be_typed() {
        Fingerprint fingerprint = new Fingerprint(HEX);

        assertThat(fingerprint).hasToString("sha256:" + HEX);
        assertThat(Fingerprint.parse(fingerprint.toString())).isEqualTo(fingerprint);
    }

    @Test
    void the_form_that_openssl_prints_is_read() {
        String openssl = HEX.toUpperCase(java.util.Locale.ROOT).replaceAll("(..)(?=.)", "$1:");

        assertThat(Fingerprint.parse("sha256:" + openssl)).isEqualTo(new Fingerprint(HEX));
    }

    @Test
    void anything_else_is_refused_with_the_form() {
        for (String text :
                new String[] {"", HEX, "sha256:", "sha256:" + HEX + "0", "sha1:" + HEX}) {
            assertThatThrownBy(() -> Fingerprint.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("a fingerprint is \"sha256:\" and 64 hex digits");
        }
    }
}
