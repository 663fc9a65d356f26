package shoal.engine.djl;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import shoal.model.StateKind;

/**
 * Moments in a file: a lane reads those of one range, and writes them back when they have changed.
 *
 * <p>Read and written by position and not mapped: a mapping's pages would count as resident until
 * the system takes them, and a full disk would kill the process instead of failing a call.
 */
final class FileMoments implements Moments {
    private final Kernel kernel;
    private final MomentFile file;

    /** Room for one range, by lane. */
    private final Map<Integer, Pair> pairs = new HashMap<>(); // guarded by itself

    private record Pair(NativeBuffer first, NativeBuffer second) {}

    FileMoments(Kernel kernel, MomentFile file) {
        this.kernel = kernel;
        this.file = file;
    }

    @Override
    public Window open(UpdateRange range) {
        Pair pair = pair();
        file.read(StateKind.EXP_AVG, range.unit(), range.from(), part(pair.first, range));
        file.read(StateKind.EXP_AVG_SQ, range.unit(), range.from(), part(pair.second, range));
        return new Window(pair.first.tensor(), pair.second.tensor(), 0);
    }

    @Override
    public void changed(UpdateRange range) {
        Pair pair = pair();
        file.write(StateKind.EXP_AVG, range.unit(), range.from(), part(pair.first, range));
        file.write(StateKind.EXP_AVG_SQ, range.unit(), range.from(), part(pair.second, range));
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        file.write(kind, unit, offsetElements, values);
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        file.read(kind, unit, offsetElements, values);
    }

    private Pair pair() {
        int lane = NativeThread.require();
        synchronized (pairs) {
            @Nullable Pair known = pairs.get(lane);
            if (known != null) {
                return known;
            }
        }
        Pair made = new Pair(buffer(), buffer());
        synchronized (pairs) {
            pairs.put(lane, made);
        }
        return made;
    }

    private NativeBuffer buffer() {
        long elements = Math.min(UpdateRange.PIECE_ELEMENTS, file.longestRange());
        return NativeBuffer.zeros(kernel, elements);
    }

    private static ByteBuffer part(NativeBuffer buffer, UpdateRange range) {
        int sizeBytes = Math.toIntExact((range.to() - range.from()) * Float.BYTES);
        return buffer.bytes().limit(sizeBytes);
    }

    @Override
    public void close() {
        synchronized (pairs) {
            pairs.values().forEach(pair -> pair.first.close());
            pairs.values().forEach(pair -> pair.second.close());
            pairs.clear();
        }
        file.close();
    }
}
