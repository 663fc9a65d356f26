package shoal.wire;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import shoal.recipe.Sha256;

/**
 * A secret that authenticates its bearer: "shoal_" and 256 random bits as 64 hex digits.
 *
 * <p>{@link #toString} does not show it, so that it cannot slip into a log.
 */
public record Token(String secret) {
    private static final Pattern FORM = Pattern.compile("shoal_[0-9a-f]{64}");

    public Token {
        requireNonNull(secret, "secret");
        if (!FORM.matcher(secret).matches()) {
            throw new IllegalArgumentException(
                    "a token is \"shoal_\" and 64 hex digits; this text has "
                            + secret.length()
                            + " characters");
        }
    }

    public static Token create(SecureRandom random) {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        return new Token("shoal_" + HexFormat.of().formatHex(bits));
    }

    /** What a store keeps instead of the secret: the SHA-256 of its text, in hex. */
    public String fingerprint() {
        byte[] text = secret.getBytes(StandardCharsets.US_ASCII);
        return HexFormat.of().formatHex(Sha256.digest().digest(text));
    }

    @Override
    public String toString() {
        return "Token[...]";
    }
}
