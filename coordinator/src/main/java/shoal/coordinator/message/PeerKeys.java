package shoal.coordinator.message;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import shoal.coordinator.core.Fence;

/**
 * The keys by which workers of one generation know each other: HMAC-SHA256 of the fence under a
 * secret that no worker has. So a coordinator that was killed gives the same key again, and a
 * worker of one run cannot make another run's.
 */
public final class PeerKeys {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    /**
     * @param secret that outlives the process
     */
    public PeerKeys(String secret) {
        requireNonNull(secret, "secret");
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /** The key of a generation, 32 bytes. */
    public byte[] of(Fence fence) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac.doFinal(("peers of " + fence).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
