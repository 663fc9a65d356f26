package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.recipe.UserException;

/**
 * A model.safetensors that is filled by ranges of units, in any order. What a unit pads is dropped.
 * Methods may be called from one thread at a time.
 */
public final class StagedWeights implements AutoCloseable {
    private final String shownName;
    private final FileChannel channel;
    private final SafetensorsLayout layout;
    private long writtenElements;

    private StagedWeights(String shownName, FileChannel channel, SafetensorsLayout layout) {
        this.shownName = shownName;
        this.channel = channel;
        this.layout = layout;
    }

    static StagedWeights create(Path file, String shownName, SafetensorsLayout layout)
            throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        StagedWeights weights = new StagedWeights(shownName, channel, layout);
        try {
            weights.writeFully(0, ByteBuffer.wrap(layout.headerBytes()));
            return weights;
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    /**
     * Writes one range of a unit.
     *
     * @param offsetElements from the start of the unit
     * @param values little-endian fp32; all remaining bytes are taken
     * @throws UserException if the disk refuses
     */
    public void write(int unit, long offsetElements, ByteBuffer values) {
        int start = values.position();
        long elements = values.remaining() / Float.BYTES;
        try {
            for (SafetensorsLayout.Piece piece : layout.pieces(unit, offsetElements, elements)) {
                int from = start + Math.toIntExact(piece.offsetElements() * Float.BYTES);
                int size = Math.toIntExact(piece.sizeElements() * Float.BYTES);
                writeFully(piece.positionBytes(), values.slice(from, size));
                writtenElements += piece.sizeElements();
            }
        } catch (IOException refused) {
            throw new UserException(
                    shownName, "cannot be written: " + refused + ". Is the disk full?");
        }
        values.position(values.limit());
    }

    /** Elements written so far, a range that was written twice counted twice. */
    public long writtenElements() {
        return writtenElements;
    }

    private void writeFully(long position, ByteBuffer bytes) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException refused) {
            throw new UserException(shownName, "cannot be written: " + refused);
        }
    }
}
