package shoal.engine;

import java.util.Collections;
import java.util.List;
import shoal.model.ParameterTable;
import shoal.model.Unit;
import shoal.recipe.Require;

/**
 * What one worker of several keeps of the model's state (docs/design.md, section 4).
 *
 * @param stage ZeRO stage, 0 to 3
 * @param owned the range of each unit that this worker owns
 * @param ranks whose compressed momentum this worker makes; none where nothing is compressed
 */
public record Holding(int stage, List<ElementRange> owned, List<Integer> ranks) {
    public Holding {
        Require.range("stage", stage, 0, 3);
        owned = List.copyOf(owned);
        ranks = List.copyOf(ranks);
    }

    /** What a worker keeps where nothing is compressed. */
    public Holding(int stage, List<ElementRange> owned) {
        this(stage, owned, List.of());
    }

    /** Everything, as a worker that is alone keeps it. */
    public static Holding everything(ParameterTable table) {
        return new Holding(0, table.units().stream().map(Holding::whole).toList());
    }

    /** All parameters and nothing to update them with. */
    public static Holding parametersOnly(ParameterTable table) {
        return new Holding(1, Collections.nCopies(table.units().size(), new ElementRange(0, 0)));
    }

    /** The range of a unit whose gradient and moments are kept, and which an update changes. */
    public ElementRange updated(Unit unit) {
        return stage == 0 ? whole(unit) : owned.get(unit.index());
    }

    /** Those of all units, in their order. */
    public List<ElementRange> updated(ParameterTable table) {
        return table.units().stream().map(this::updated).toList();
    }

    /** The range of a unit whose parameters are kept for good. */
    public ElementRange parameters(Unit unit) {
        return stage < 3 ? whole(unit) : owned.get(unit.index());
    }

    public static ElementRange whole(Unit unit) {
        return new ElementRange(0, unit.sizeElements());
    }
}
