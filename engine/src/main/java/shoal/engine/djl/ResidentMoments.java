package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import shoal.engine.Holding;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;

/** Moments in memory. */
final class ResidentMoments implements Moments {
    private final List<RangeBuffer> first = new ArrayList<>();
    private final List<RangeBuffer> second = new ArrayList<>();

    ResidentMoments(Kernel kernel, ParameterTable table, Holding holding) {
        for (Unit unit : table.units()) {
            first.add(RangeBuffer.zeros(kernel, holding.updated(unit)));
            second.add(RangeBuffer.zeros(kernel, holding.updated(unit)));
        }
    }

    @Override
    public Window open(UpdateRange range) {
        PtNDArray tensor = first.get(range.unit()).tensor();
        long offset = range.from() - first.get(range.unit()).range().from();
        return new Window(tensor, second.get(range.unit()).tensor(), offset);
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
        return switch (kind.type()) {
            case EXP_AVG -> first.get(unit);
            case EXP_AVG_SQ -> second.get(unit);
            case PARAMETER,
                    SERVER_ERROR,
                    WORKER_ERROR,
                    EXP_AVG_SQ_FRESH,
                    LAMB_COEFF_FREEZE,
                    LAST_FACTOR,
                    SCALING_COEFF ->
                    throw new IllegalArgumentException(kind + " is no moment");
        };
    }

    @Override
    public void close() {
        first.forEach(RangeBuffer::close);
        second.forEach(RangeBuffer::close);
    }
}
