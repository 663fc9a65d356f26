package shoal.wire;

import static java.util.Objects.requireNonNull;

import io.grpc.Metadata;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a worker's shared memory is, if the other side is on the same host: it is there only if the
 * folder's nonce can be read and is this one.
 *
 * @param folder its name below the host's shared memory
 * @param nonce 32 random bytes in hex
 */
public record MemoryOffer(String folder, String nonce) {
    private static final Metadata.Key<String> MEMORY = PeerHello.key("shoal-memory");
    private static final Pattern FOLDER = Pattern.compile("shoal-[0-9a-f]{32}");
    private static final Pattern NONCE = Pattern.compile("[0-9a-f]{64}");

    public MemoryOffer {
        requireNonNull(folder, "folder");
        requireNonNull(nonce, "nonce");
        if (!FOLDER.matcher(folder).matches() || !NONCE.matcher(nonce).matches()) {
            throw new IllegalArgumentException("'" + folder + "' is no folder of shared memory");
        }
    }

    /** Adds it to a call's headers, either way. */
    public void write(Metadata headers) {
        headers.put(MEMORY, folder + " " + nonce);
    }

    /** Reads it; empty if nothing, or nothing sensible, was offered. */
    public static Optional<MemoryOffer> read(Metadata headers) {
        String offer = headers.get(MEMORY);
        int space = offer == null ? -1 : offer.indexOf(' ');
        if (offer == null || space < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new MemoryOffer(offer.substring(0, space), offer.substring(space + 1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
