package shoal.worker.exchange;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import shoal.wire.FrameHeader;

/** Reads what a peer writes for one reader on one track of its {@link MemoryRing}. */
final class MemoryReader implements ValueReader {
    private final FileChannel file;
    private final MemoryRing.Layout layout;
    private final int reader;
    private final Kind.Track track;

    MemoryReader(FileChannel file, MemoryRing.Layout layout, int reader, Kind.Track track) {
        this.file = file;
        this.layout = layout;
        this.reader = reader;
        this.track = track;
    }

    @Override
    public int windowPieces() {
        return layout.windowPieces();
    }

    @Override
    public int piecesPerFrame() {
        return layout.piecesPerFrame();
    }

    @Override
    public int place() {
        return FrameHeader.IN_MEMORY;
    }

    /** Values are in memory before their frame is sent. */
    @Override
    public void announced(long sequence, RangeHeader range) {}

    @Override
    public boolean has(long sequence) {
        return true;
    }

    @Override
    public void read(long sequence, int sizeBytes, ByteBuffer target) throws IOException {
        target.clear().limit(sizeBytes);
        for (long at = layout.offsetBytes(reader, track, sequence); target.hasRemaining(); ) {
            int length = file.read(target, at);
            if (length < 0) {
                throw new EOFException("the peer's shared memory ends at " + at);
            }
            at += length;
        }
        target.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
