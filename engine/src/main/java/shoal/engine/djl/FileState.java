package shoal.engine.djl;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import shoal.model.StateKind;

/**
 * State in a file: a lane reads that of one range, and writes it back when it has changed.
 *
 * <p>Read and written by position and not mapped: a mapping's pages would count as resident until
 * the system takes them, and a full disk would kill the process instead of failing a call.
 */
final class FileState implements KeptState {
    private final Kernel kernel;
    private final OffloadFile file;

    /** Room for one range of each kind, by lane. */
    private final Map<Integer, List<NativeBuffer>> rooms = new HashMap<>(); // guarded by itself

    FileState(Kernel kernel, OffloadFile file) {
        this.kernel = kernel;
        this.file = file;
    }

    @Override
    public Window open(UpdateRange range) {
        List<NativeBuffer> room = room();
        for (int kind = 0; kind < room.size(); kind++) {
            file.read(kinds().get(kind), range.unit(), range.from(), part(room.get(kind), range));
        }
        return new Window(room.stream().map(NativeBuffer::tensor).toList(), 0);
    }

    @Override
    public void changed(UpdateRange range) {
        List<NativeBuffer> room = room();
        for (int kind = 0; kind < room.size(); kind++) {
            file.write(kinds().get(kind), range.unit(), range.from(), part(room.get(kind), range));
        }
    }

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        file.write(kind, unit, offsetElements, values);
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        file.read(kind, unit, offsetElements, values);
    }

    private List<StateKind> kinds() {
        return file.contents().kinds();
    }

    private List<NativeBuffer> room() {
        int lane = NativeThread.require();
        synchronized (rooms) {
            @Nullable List<NativeBuffer> known = rooms.get(lane);
            if (known != null) {
                return known;
            }
        }
        long elements = Math.min(UpdateRange.PIECE_ELEMENTS, file.longestRange());
        List<NativeBuffer> made =
                IntStream.range(0, kinds().size())
                        .mapToObj(kind -> NativeBuffer.zeros(kernel, elements))
                        .toList();
        synchronized (rooms) {
            rooms.put(lane, made);
        }
        return made;
    }

    private static ByteBuffer part(NativeBuffer buffer, UpdateRange range) {
        int sizeBytes = Math.toIntExact((range.to() - range.from()) * Float.BYTES);
        return buffer.bytes().limit(sizeBytes);
    }

    @Override
    public void close() {
        synchronized (rooms) {
            rooms.values().forEach(room -> room.forEach(NativeBuffer::close));
            rooms.clear();
        }
        file.close();
    }
}
