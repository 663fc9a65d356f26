package shoal.model.safetensors;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.model.tensor.Widening;
import shoal.recipe.UserException;

/**
 * An open safetensors file.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Opening reads the header only, and refuses a file whose header does not describe exactly
 *       the bytes that follow it.
 *   <li>Reads go by position straight into the caller's buffer: nothing of a tensor is kept, and no
 *       page of the file stays mapped.
 * </ul>
 */
public final class SafetensorsFile implements TensorFile {
    /** Bytes of a header that are read: 20,000 tensors need about 3 MB. */
    public static final int HEADER_BYTES = 10 << 20;

    /** Tensors of one file: the deepest GPT-2 has about 600. */
    public static final int TENSORS = 20_000;

    /** Bytes of a 16-bit read at a time. */
    private static final int NARROW_BYTES = 128 << 10;

    private final String shownName;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, TensorPlace> places;

    private SafetensorsFile(
            String shownName,
            FileChannel channel,
            long dataStart,
            Map<String, TensorPlace> places) {
        this.shownName = shownName;
        this.channel = channel;
        this.dataStart = dataStart;
        this.places = places;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws UserException naming what is wrong with the file
     */
    public static SafetensorsFile open(Path file, String shownName) {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException missing) {
            throw new UserException(shownName, "There is no such file.");
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
        try {
            return opened(channel, shownName);
        } catch (IOException unreadable) {
            closeQuietly(channel);
            throw new UserException(shownName, "cannot be read: " + unreadable);
        } catch (RuntimeException refused) {
            closeQuietly(channel);
            throw refused;
        }
    }

    private static SafetensorsFile opened(FileChannel channel, String shownName)
            throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < 8) {
            throw new UserException(
                    shownName,
                    "has " + fileBytes + " bytes, too few for a safetensors file. Copy it again.");
        }
        long headerBytes = little(readFully(channel, 0, 8)).getLong();
        if (headerBytes < 2 || headerBytes > HEADER_BYTES) {
            throw new UserException(
                    shownName,
                    String.format(
                            "claims a header of %s bytes, expected 2 to %d: it is not a"
                                    + " safetensors file.",
                            Long.toUnsignedString(headerBytes), HEADER_BYTES));
        }
        if (headerBytes > fileBytes - 8) {
            throw new UserException(
                    shownName,
                    String.format(
                            "is truncated: its header has %d bytes, but only %d follow. Copy it"
                                    + " again.",
                            headerBytes, fileBytes - 8));
        }
        byte[] header = readFully(channel, 8, (int) headerBytes).array();
        long dataStart = 8 + headerBytes;
        return new SafetensorsFile(
                shownName,
                channel,
                dataStart,
                HeaderReader.read(header, shownName, fileBytes - dataStart));
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int size)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        readFully(channel, position, bytes);
        return bytes.flip();
    }

    private static void readFully(FileChannel channel, long position, ByteBuffer bytes)
            throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            int count = channel.read(bytes, at);
            if (count < 0) {
                throw new EOFException("the file ends at byte " + at);
            }
            at += count;
        }
    }

    private static ByteBuffer little(ByteBuffer bytes) {
        return bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            // the refusal that led here says more
        }
    }

    @Override
    public String shownName() {
        return shownName;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        places.forEach((name, place) -> infos.put(name, place.info()));
        return infos;
    }

    @Override
    public void read(String name, long offsetElements, ByteBuffer values) {
        TensorPlace place = places.get(name);
        if (place == null || !place.info().type().readable()) {
            throw new IllegalArgumentException(name + " is no readable tensor of " + shownName);
        }
        long count = values.remaining() / Float.BYTES;
        if (values.remaining() % Float.BYTES != 0
                || offsetElements < 0
                || offsetElements > place.info().sizeElements() - count) {
            throw new IllegalArgumentException(
                    count + " elements from " + offsetElements + " are outside of " + name);
        }
        long position =
                dataStart + place.begin() + offsetElements * place.info().type().sizeBytes();
        try {
            readAt(position, place.info().type(), values);
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read at " + name + ": " + unreadable);
        }
    }

    private void readAt(long position, ElementType type, ByteBuffer values) throws IOException {
        if (type == ElementType.F32) {
            readFully(channel, position, values);
            return;
        }
        ByteBuffer wide = values.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long at = position;
        while (wide.hasRemaining()) {
            int size = Math.min(NARROW_BYTES, wide.remaining() / 2);
            Widening.append(type, little(readFully(channel, at, size)), wide);
            at += size;
        }
        values.position(values.limit());
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
