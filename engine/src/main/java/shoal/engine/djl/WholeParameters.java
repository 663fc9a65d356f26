package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Holding;
import shoal.engine.ParameterSource;
import shoal.model.ParameterTable;
import shoal.model.Unit;

/**
 * All parameters, always (stages 0 to 2).
 *
 * <p>Where others update a part of a unit (stages 1 and 2), that part is expected after every
 * update, and waited for by the lanes that need the unit.
 */
final class WholeParameters implements UnitParameters {
    private final List<UnitBuffer> units = new ArrayList<>();
    private final List<PtNDArray> updated = new ArrayList<>();
    private final List<ElementRange> ranges = new ArrayList<>();

    /** Units of which others update a part. */
    private final List<Integer> shared = new ArrayList<>();

    private ParameterSource source = ParameterSource.none();

    WholeParameters(Kernel kernel, ParameterTable table, Holding holding) {
        for (Unit unit : table.units()) {
            UnitBuffer buffer = UnitBuffer.zeros(kernel, unit);
            ElementRange range = holding.updated(unit);
            units.add(buffer);
            ranges.add(range);
            updated.add(kernel.view(buffer.flat().tensor(), range.from(), range.size()));
            if (range.size() < unit.sizeElements()) {
                shared.add(unit.index());
            }
        }
    }

    @Override
    public void join(ParameterSource from) {
        source = from;
    }

    @Override
    public void plan(List<Visit> visits) {}

    @Override
    public UnitBuffer acquire(int unit) {
        source.await(unit);
        return units.get(unit);
    }

    @Override
    public void release(int unit) {}

    @Override
    public KeptState.Window open(UpdateRange range) {
        return new KeptState.Window(
                List.of(updated.get(range.unit())), range.from() - ranges.get(range.unit()).from());
    }

    @Override
    public void changed(UpdateRange range) {}

    @Override
    public void updated() {
        shared.forEach(unit -> source.expect(unit, units.get(unit).flat().bytes()));
    }

    @Override
    public void write(int unit, long offsetElements, ByteBuffer values) {
        units.get(unit).flat().write(offsetElements, values);
    }

    @Override
    public void read(int unit, long offsetElements, ByteBuffer values) {
        ElementRange own = ranges.get(unit);
        long end = offsetElements + values.remaining() / Float.BYTES;
        if (offsetElements < own.from() || end > own.to()) {
            source.await(unit);
        }
        units.get(unit).flat().read(offsetElements, values);
    }

    @Override
    public void close() {
        updated.forEach(PtNDArray::close);
        units.forEach(UnitBuffer::close);
    }
}
