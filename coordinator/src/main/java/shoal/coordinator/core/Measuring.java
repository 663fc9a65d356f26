package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
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

    /** Why these parts are not of one model and a step of this rule; empty if they are. */
    Optional<String> problem(UpdateRule rule) {
        int step = drafted.step();
        List<Integer> sizes =
                parts.values().stream().map(part -> tensors(part.squares())).distinct().toList();
        int tensors = rule.measures() && sizes.get(0) > 0 ? sizes.get(0) : 0;
        int ratios = rule.compresses(step) ? tensors : 0;
        boolean alike =
                sizes.equals(List.of(tensors))
                        && rule.measures() == tensors > 0
                        && parts.values().stream()
                                .allMatch(part -> part.largest().size() == ratios);
        return alike
                ? Optional.empty()
                : Optional.of("its workers measured tensors of different models");
    }

    private static int tensors(byte[] squares) {
        return squares.length / TensorSquares.TENSOR_BYTES;
    }

    /** The commit with trust ratios; once all have measured. */
    Commit commit(UpdateRule.Lamb rule) {
        return drafted.with(TrustRatios.of(total(), rule));
    }

    /** The commit with trust ratios, or after the freeze with factors of them. */
    Commit commit(UpdateRule.OneBitLamb rule) {
        return rule.compresses(drafted.step())
                ? drafted.with(TrustRatios.factors(total(), largest(), rule.factors()))
                : commit(rule.warmUp());
    }

    private TensorSquares total() {
        List<TensorSquares> all =
                parts.values().stream()
                        .map(part -> TensorSquares.fromBytes(part.squares()))
                        .toList();
        TensorSquares total = all.get(0);
        all.subList(1, all.size()).forEach(total::add);
        return total;
    }

    private List<Float> largest() {
        List<Float> largest = new ArrayList<>();
        for (WorkerReport.Measured part : parts.values()) {
            for (int tensor = 0; tensor < part.largest().size(); tensor++) {
                float ratio = part.largest().get(tensor);
                if (largest.size() == tensor) {
                    largest.add(ratio);
                } else {
                    largest.set(tensor, Math.max(largest.get(tensor), ratio));
                }
            }
        }
        return largest;
    }
}
