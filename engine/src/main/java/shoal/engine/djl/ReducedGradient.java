package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;
import shoal.engine.Holding;
import shoal.model.ParameterTable;

/** The reduced gradient of what one worker of several updates; others fill it in. */
final class ReducedGradient {
    private final List<RangeBuffer> units = new ArrayList<>();

    ReducedGradient(Kernel kernel, ParameterTable table, Holding holding) {
        holding.updated(table).forEach(range -> units.add(RangeBuffer.zeros(kernel, range)));
    }

    RangeBuffer of(int unit) {
        return units.get(unit);
    }
}
