package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.plan.step.TensorSquares;
import shoal.plan.step.TrustRatios;
import shoal.recipe.UpdateRule;

/**
 * A step that is decided but for its trust ratios. Not stored: nothing of any worker's state
 * changes before the commit, and after a restart the same parts give the same draft again.
 *
 * @param drafted the commit without ratios
 * @param parts what members have measured
 */
public record Measuring(Commit drafted, Gathered<WorkerReport.Measured> parts) {
    public Measuring {
        requireNonNull(drafted, "drafted");
        requireNonNull(parts, "parts");
    }

    /** Nothing is measured yet. */
    Measuring(Commit drafted) {
        this(drafted, Gathered.none());
    }

    Measuring with(int index, WorkerReport.Measured report) {
        return new Measuring(drafted, parts.with(index, report));
    }

    /**
     * Why these parts are not of one model; empty if they are.
     *
     * @param norms whether the rule needs norms
     */
    Optional<String> problem(boolean norms) {
        List<Integer> sizes =
                parts.values().stream().map(part -> part.squares().length).distinct().toList();
        return sizes.size() == 1 && norms == sizes.get(0) > 0
                ? Optional.empty()
                : Optional.of("its workers measured tensors of different models");
    }

    /** The commit; once all have measured. */
    Commit commit(UpdateRule.Lamb rule) {
        TensorSquares total = null;
        for (WorkerReport.Measured part : parts.values()) {
            TensorSquares squares = TensorSquares.fromBytes(part.squares());
            if (total == null) {
                total = squares;
            } else {
                total.add(squares);
            }
        }
        return drafted.with(TrustRatios.of(requireNonNull(total, "total"), rule));
    }
}
