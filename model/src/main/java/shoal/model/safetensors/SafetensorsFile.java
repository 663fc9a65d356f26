package shoal.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import shoal.model.tensor.TensorChannel;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.model.tensor.TensorPlace;
import shoal.recipe.UserException;

/**
 * An open safetensors file. Opening reads the header only, and refuses a file whose header does not
 * describe exactly the bytes that follow it.
 */
public final class SafetensorsFile implements TensorFile {
    /** Bytes of a header that are read: 20,000 tensors need about 3 MB. */
    public static final int HEADER_BYTES = 10 << 20;

    /** Tensors of one file: the deepest GPT-2 has about 600. */
    public static final int TENSORS = 20_000;

    private final TensorChannel channel;

    private SafetensorsFile(TensorChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws UserException naming what is wrong with the file
     */
    public static SafetensorsFile open(Path file, String shownName) {
        return new SafetensorsFile(TensorChannel.open(file, shownName, SafetensorsFile::places));
    }

    private static Map<String, TensorPlace> places(FileChannel channel, String shownName)
            throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < 8) {
            throw new UserException(
                    shownName,
                    "has " + fileBytes + " bytes, too few for a safetensors file. Copy it again.");
        }
        long headerBytes = TensorChannel.readFully(channel, 0, 8).getLong();
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
        byte[] header = TensorChannel.readFully(channel, 8, (int) headerBytes).array();
        long dataStart = 8 + headerBytes;
        Map<String, TensorPlace> places = new LinkedHashMap<>();
        HeaderReader.read(header, shownName, fileBytes - dataStart)
                .forEach(
                        (name, entry) ->
                                places.put(
                                        name,
                                        new TensorPlace(entry.info(), dataStart + entry.begin())));
        return places;
    }

    @Override
    public String shownName() {
        return channel.shownName();
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return channel.tensors();
    }

    @Override
    public void read(String name, long offsetElements, ByteBuffer values) {
        channel.read(name, offsetElements, values);
    }

    @Override
    public void close() {
        channel.close();
    }
}
