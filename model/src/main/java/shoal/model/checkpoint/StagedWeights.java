package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import shoal.model.StateKind;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.recipe.UserException;

/**
 * A model.safetensors or optimizer.safetensors that is filled by ranges of units, in any order.
 * What a unit pads is dropped. Methods may be called from one thread at a time.
 */
public final class StagedWeights implements AutoCloseable {
    private final String shownName;
    private final Disk disk;
    private final FileChannel channel;
    private final SafetensorsLayout layout;
    private long writtenElements;

    private StagedWeights(
            String shownName, Disk disk, FileChannel channel, SafetensorsLayout layout) {
        this.shownName = shownName;
        this.disk = disk;
        this.channel = channel;
        this.layout = layout;
    }

    static StagedWeights create(Path file, String shownName, SafetensorsLayout layout, Disk disk)
            throws IOException {
        FileChannel channel = disk.create(file);
        StagedWeights weights = new StagedWeights(shownName, disk, channel, layout);
        try {
            disk.write(channel, 0, ByteBuffer.wrap(layout.headerBytes()));
            return weights;
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    /** Writes one range of a unit's parameters. */
    public void write(int unit, long offsetElements, ByteBuffer values) {
        write(StateKind.PARAMETER, unit, offsetElements, values);
    }

    /**
     * Writes one range of a unit.
     *
     * @param kind one that the layout holds
     * @param offsetElements from the start of the unit
     * @param values little-endian fp32; all remaining bytes are taken
     * @throws UserException if the disk refuses
     */
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        int start = values.position();
        long elements = values.remaining() / Float.BYTES;
        for (SafetensorsLayout.Piece piece : layout.pieces(kind, unit, offsetElements, elements)) {
            int from = start + Math.toIntExact(piece.offsetElements() * Float.BYTES);
            int size = Math.toIntExact(piece.sizeElements() * Float.BYTES);
            writeAt(piece.positionBytes(), values.slice(from, size));
            writtenElements += piece.sizeElements();
        }
        values.position(values.limit());
    }

    /** Writes a tensor of a single number. */
    void writeNumber(String tensor, float value) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeAt(layout.positionBytes(tensor), bytes.putFloat(0, value));
    }

    private void writeAt(long position, ByteBuffer bytes) {
        try {
            disk.write(channel, position, bytes);
        } catch (IOException refused) {
            throw new UserException(
                    shownName, "cannot be written: " + refused + ". Is the disk full?");
        }
    }

    /** Elements written so far, a range that was written twice counted twice. */
    public long writtenElements() {
        return writtenElements;
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
