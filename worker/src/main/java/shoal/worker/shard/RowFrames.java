package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import shoal.plan.step.SparseRows;
import shoal.worker.exchange.RangeHeader;

/**
 * Rows of the embeddings' gradient as they travel: as many row starts (int32, ascending, elements
 * of the unit) as rows, then their values, all little-endian.
 */
final class RowFrames {
    private RowFrames() {}

    /** Rows in frames of at most {@link RangeHeader#PIECE_ELEMENTS} words. */
    static List<ByteBuffer> write(SparseRows rows) {
        int rowsPerFrame = RangeHeader.PIECE_ELEMENTS / (rows.width() + 1);
        if (rowsPerFrame == 0) {
            throw new IllegalArgumentException("a row of " + rows.width() + " fits no frame");
        }
        List<ByteBuffer> frames = new ArrayList<>();
        for (int first = 0; first < rows.rows(); first += rowsPerFrame) {
            frames.add(frame(rows, first, Math.min(rows.rows(), first + rowsPerFrame)));
        }
        return frames;
    }

    /** Rows of one frame; its size was checked against the width. */
    static SparseRows read(ByteBuffer frame, int width) {
        int rows = frame.remaining() / Integer.BYTES / (width + 1);
        int[] starts = new int[rows];
        float[] values = new float[rows * width];
        frame.asIntBuffer().get(starts);
        frame.asFloatBuffer().position(rows).get(values);
        return new SparseRows(width, starts, values);
    }

    private static ByteBuffer frame(SparseRows rows, int first, int end) {
        int count = end - first;
        ByteBuffer frame =
                ByteBuffer.allocateDirect(count * (rows.width() + 1) * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        IntBuffer starts = frame.asIntBuffer();
        starts.put(rows.starts(), first, count);
        FloatBuffer values = frame.asFloatBuffer().position(count);
        values.put(rows.values(), first * rows.width(), count * rows.width());
        return frame;
    }
}
