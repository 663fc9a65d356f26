package shoal.engine;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import shoal.model.ParameterTable;

/**
 * In which order units' parameters are needed, by every worker alike; so owners send them without
 * being asked. A unit that is still there from the way up is not needed again.
 */
public final class UnitOrder {
    private UnitOrder() {}

    /** Up to the head, and back down to the first layer; the last layer is still there then. */
    public static List<Integer> training(ParameterTable table) {
        int lastLayer = table.units().size() - 2;
        Stream<Integer> down = IntStream.range(1, lastLayer).map(i -> lastLayer - i).boxed();
        return Stream.concat(evaluation(table).stream(), down).toList();
    }

    /** Up to the head. */
    public static List<Integer> evaluation(ParameterTable table) {
        return IntStream.range(0, table.units().size()).boxed().toList();
    }
}
