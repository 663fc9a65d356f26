package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.model.StateKind;

/** State in memory. */
final class ResidentState implements KeptState {
    private final List<StateKind> kinds;

    /** By kind and unit. */
    private final List<List<RangeBuffer>> buffers = new ArrayList<>();

    /**
     * Zeros.
     *
     * @param ranges what is kept of each unit
     */
    ResidentState(Kernel kernel, List<StateKind> kinds, List<ElementRange> ranges) {
        this.kinds = List.copyOf(kinds);
        kinds.forEach(
                kind ->
                        buffers.add(
                                ranges.stream()
                                        .map(range -> RangeBuffer.zeros(kernel, range))
                                        .toList()));
    }

    @Override
    public Window open(UpdateRange range) {
        List<PtNDArray> tensors =
                buffers.stream().map(units -> units.get(range.unit()).tensor()).toList();
        return new Window(tensors, range.from() - buffers.get(0).get(range.unit()).range().from());
    }

    @Override
    public void changed(UpdateRange range) {}

    @Override
    public void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        buffer(kind, unit).write(offsetElements, values);
    }

    @Override
    public void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        buffer(kind, unit).read(offsetElements, values);
    }

    private RangeBuffer buffer(StateKind kind, int unit) {
        int index = kinds.indexOf(kind);
        if (index < 0) {
            throw new IllegalArgumentException(kind + " is kept elsewhere");
        }
        return buffers.get(index).get(unit);
    }

    @Override
    public void close() {
        buffers.forEach(units -> units.forEach(RangeBuffer::close));
    }
}
