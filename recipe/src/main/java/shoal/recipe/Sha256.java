package shoal.recipe;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash by which files, tokens and results are named everywhere. */
public final class Sha256 {
    private Sha256() {}

    /** A new digest; not for concurrent use. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
