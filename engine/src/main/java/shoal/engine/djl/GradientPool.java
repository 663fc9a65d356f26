package shoal.engine.djl;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import shoal.model.Unit;

/**
 * Gradient buffers that are used again. Layers share buffers, since they are laid out alike.
 *
 * <p>A buffer's padding is zero from its making on, and nobody writes there; its tensors are
 * overwritten whole by each backward. From any lane.
 */
final class GradientPool implements AutoCloseable {
    private final Kernel kernel;
    private final Map<Long, Deque<UnitBuffer>> free = new HashMap<>();
    private int made;

    GradientPool(Kernel kernel) {
        this.kernel = kernel;
    }

    UnitBuffer take(Unit unit) {
        synchronized (this) {
            UnitBuffer buffer = buffersLike(unit).poll();
            if (buffer != null) {
                return buffer;
            }
            made++;
        }
        return UnitBuffer.zeros(kernel, unit);
    }

    synchronized void giveBack(Unit unit, UnitBuffer buffer) {
        buffersLike(unit).push(buffer);
    }

    /** Buffers made so far. */
    synchronized int made() {
        return made;
    }

    /** Frees what was given back. */
    @Override
    public synchronized void close() {
        free.values().forEach(buffers -> buffers.forEach(UnitBuffer::close));
        free.clear();
    }

    /** The head's first parameter is the score, a layer's its c_attn: shapes tell them apart. */
    private Deque<UnitBuffer> buffersLike(Unit unit) {
        long kind = unit.parameters().size();
        return free.computeIfAbsent(kind, none -> new ArrayDeque<>());
    }
}
