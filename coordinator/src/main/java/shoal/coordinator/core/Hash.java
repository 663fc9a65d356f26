package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/** A SHA-256, as 64 lower-case hex digits. */
public record Hash(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public Hash {
        requireNonNull(hex, "hex");
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "a SHA-256 is 64 hex digits; this text has " + hex.length() + " characters");
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
