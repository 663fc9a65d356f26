package shoal.wire.tls;

import static java.util.Objects.requireNonNull;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import shoal.recipe.Sha256;

/**
 * The SHA-256 of a certificate's DER form, as it is printed and typed: "sha256:" and 64 hex digits.
 *
 * @param hex the digits, in lower case
 */
public record Fingerprint(String hex) {
    private static final String PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public Fingerprint {
        requireNonNull(hex, "hex");
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "a fingerprint is \"sha256:\" and 64 hex digits, as in the line that the"
                            + " coordinator prints");
        }
    }

    /**
     * Reads what the user typed; colons between the digits, as openssl prints them, are skipped.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static Fingerprint parse(String text) {
        String digits = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : "";
        return new Fingerprint(digits.replace(":", "").toLowerCase(Locale.ROOT));
    }

    public static Fingerprint of(X509Certificate certificate) {
        try {
            byte[] hash = Sha256.digest().digest(certificate.getEncoded());
            return new Fingerprint(HexFormat.of().formatHex(hash));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate without a DER form", e);
        }
    }

    @Override
    public String toString() {
        return PREFIX + hex;
    }
}
