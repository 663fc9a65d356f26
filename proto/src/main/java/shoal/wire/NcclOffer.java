package shoal.wire;

import io.grpc.Metadata;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The ids of the two NCCL communicators of one stream, one per direction, as the worker that was
 * called makes them.
 */
public final class NcclOffer {
    /** Length of an id: NCCL_UNIQUE_ID_BYTES. */
    public static final int ID_BYTES = 128;

    private static final Metadata.Key<String> NCCL = PeerHello.key("shoal-nccl");
    private static final Pattern IDS =
            Pattern.compile("[0-9a-f]{" + 2 * ID_BYTES + "} [0-9a-f]{" + 2 * ID_BYTES + "}");

    private final byte[] toCaller;
    private final byte[] toCalled;

    /**
     * An offer.
     *
     * @param toCaller id of the communicator in which the caller receives
     * @param toCalled id of that in which the caller sends
     */
    public NcclOffer(byte[] toCaller, byte[] toCalled) {
        if (toCaller.length != ID_BYTES || toCalled.length != ID_BYTES) {
            throw new IllegalArgumentException(
                    "ids of "
                            + toCaller.length
                            + " and "
                            + toCalled.length
                            + " bytes, expected "
                            + ID_BYTES);
        }
        if (Arrays.equals(toCaller, toCalled)) {
            throw new IllegalArgumentException("one id for two communicators");
        }
        this.toCaller = toCaller.clone();
        this.toCalled = toCalled.clone();
    }

    /** Id of the communicator in which the caller receives. */
    public byte[] toCaller() {
        return toCaller.clone();
    }

    /** Id of the communicator in which the caller sends. */
    public byte[] toCalled() {
        return toCalled.clone();
    }

    /** Adds it to a call's headers. */
    public void write(Metadata headers) {
        HexFormat hex = HexFormat.of();
        headers.put(NCCL, hex.formatHex(toCaller) + " " + hex.formatHex(toCalled));
    }

    /** Reads it; empty if nothing, or nothing sensible, was offered. */
    public static Optional<NcclOffer> read(Metadata headers) {
        String offer = headers.get(NCCL);
        if (offer == null || !IDS.matcher(offer).matches()) {
            return Optional.empty();
        }
        int space = offer.indexOf(' ');
        HexFormat hex = HexFormat.of();
        try {
            return Optional.of(
                    new NcclOffer(
                            hex.parseHex(offer.substring(0, space)),
                            hex.parseHex(offer.substring(space + 1))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
