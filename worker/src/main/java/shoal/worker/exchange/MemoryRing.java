package shoal.worker.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import shoal.recipe.Limits;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;

/**
 * A worker's shared memory: a file in which it alone writes, and from which the others of its
 * generation on the same host read.
 *
 * <pre>
 *   for each other worker, by index
 *     for each track: nodes, results
 *       as many slots of {@link Limits#CHUNK_BYTES} as the window has pieces
 * </pre>
 *
 * <p>The piece with sequence number n is in slot n modulo window, which is free again when the
 * piece before in it was taken; the exchange's credit says so.
 *
 * <p>The file is read and written by position, not mapped: a lost page or a shortened file is an
 * {@link IOException} and not the end of the process, closing gives the memory back at once, and
 * native code never sees an address of it. That costs one copy within the processor's cache.
 */
final class MemoryRing implements Closeable {
    private final FileChannel file;
    private final Layout layout;

    /**
     * Where each slot is.
     *
     * @param workers of the generation
     * @param owner index of the worker that writes
     * @param windowPieces of each of its streams
     */
    record Layout(int workers, int owner, int windowPieces) {
        private static final int TRACKS = Kind.Track.values().length;

        long sizeBytes() {
            return (long) (workers - 1) * TRACKS * windowPieces * Limits.CHUNK_BYTES;
        }

        /**
         * One frame announces up to so many pieces: frames cost more than the copies otherwise. A
         * quarter of the window, so that both sides have something to do.
         */
        int piecesPerFrame() {
            return Math.max(1, windowPieces / 4);
        }

        /** Where a piece for a reader begins. */
        long offsetBytes(int reader, Kind.Track track, long sequence) {
            int place = reader < owner ? reader : reader - 1;
            long stream = (long) place * TRACKS + (track == Kind.Track.NODES ? 0 : 1);
            return (stream * windowPieces + sequence % windowPieces) * Limits.CHUNK_BYTES;
        }
    }

    MemoryRing(FileChannel file, Layout layout) {
        this.file = file;
        this.layout = layout;
    }

    /** The way to a reader on one track. */
    Way to(int reader, Kind.Track track, Frames frames) {
        return new Way() {
            @Override
            public int place() {
                return FrameHeader.IN_MEMORY;
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
            public TensorFrame frame(long sequence, RangeHeader part, ByteBuffer values)
                    throws IOException {
                ByteBuffer left = values.duplicate();
                for (long next = sequence; left.hasRemaining(); next++) {
                    int length = Math.min(Limits.CHUNK_BYTES, left.remaining());
                    write(
                            left.slice(left.position(), length),
                            layout.offsetBytes(reader, track, next));
                    left.position(left.position() + length);
                }
                return TensorFrame.toSend(frames.header(part, FrameHeader.IN_MEMORY, sequence));
            }
        };
    }

    /** Gives the memory back as soon as no reader has the file open. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    private void write(ByteBuffer values, long offsetBytes) throws IOException {
        for (long at = offsetBytes; values.hasRemaining(); ) {
            at += file.write(values, at);
        }
    }
}
