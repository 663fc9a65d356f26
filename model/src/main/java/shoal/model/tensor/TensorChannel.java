package shoal.model.tensor;

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
import shoal.model.LfsPointer;
import shoal.recipe.UserException;

/**
 * Reads tensors by position straight into the caller's buffer: nothing of a tensor is kept, and no
 * page of the file stays mapped.
 */
public final class TensorChannel implements TensorFile {
    /** Elements that are converted at a time. */
    private static final int CONVERTED_ELEMENTS = 64 << 10;

    private final String shownName;
    private final FileChannel channel;
    private final Map<String, TensorPlace> places;

    private TensorChannel(String shownName, FileChannel channel, Map<String, TensorPlace> places) {
        this.shownName = shownName;
        this.channel = channel;
        this.places = places;
    }

    /** Finds out where a file's tensors lie, and checks that they lie inside it. */
    @FunctionalInterface
    public interface Format {
        Map<String, TensorPlace> places(FileChannel channel, String shownName) throws IOException;
    }

    /**
     * Opens a file.
     *
     * @throws UserException naming what is wrong with the file
     */
    public static TensorChannel open(Path file, String shownName, Format format) {
        LfsPointer.refuse(file, shownName);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException missing) {
            throw new UserException(shownName, "There is no such file.");
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
        try {
            return new TensorChannel(shownName, channel, format.places(channel, shownName));
        } catch (IOException unreadable) {
            closeQuietly(channel);
            throw new UserException(shownName, "cannot be read: " + unreadable);
        } catch (RuntimeException refused) {
            closeQuietly(channel);
            throw refused;
        }
    }

    /** The bytes of a range that lies inside the file; for headers, which are small. */
    public static ByteBuffer readFully(FileChannel channel, long position, int size)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
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

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            // nothing was written, and what was read was checked
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
        ElementType type = place.info().type();
        try {
            if (!place.strides().isEmpty()) {
                StridedReader.open(channel, place).read(offsetElements, values);
                return;
            }
            readAt(place.positionBytes() + offsetElements * type.sizeBytes(), type, values);
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
            int count = Math.min(CONVERTED_ELEMENTS, wide.remaining() / Float.BYTES);
            int size = count * type.sizeBytes();
            SinglePrecision.append(type, readFully(channel, at, size), wide);
            at += size;
        }
        values.position(values.limit());
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
