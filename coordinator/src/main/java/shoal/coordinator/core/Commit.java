package shoal.coordinator.core;

import java.util.List;
import shoal.recipe.Require;

/**
 * The durable decision that a step counts. All factors are computed once and stored, so that every
 * worker that ever applies the step multiplies by the same bits.
 *
 * @param step counts from 1
 * @param clip min(1, max_norm / (norm + 1e-6)), 1 when gradients are not clipped; divided by the
 *     loss scale
 * @param learningRate of this step
 * @param loss sum of row weight x row loss
 * @param norm of the gradient before the clip and without loss scale; infinite if it is skipped
 * @param tokens computed
 * @param flos HF's estimate of the floating point operations
 * @param ratios Lamb's trust ratio of each tensor, or the factor of OneBitLamb's frozen one; empty
 *     with other rules
 * @param skipped whether the gradient is not finite, so that no parameter changes
 */
public record Commit(
        int step,
        double clip,
        double learningRate,
        double loss,
        double norm,
        long tokens,
        long flos,
        List<Float> ratios,
        boolean skipped) {
    /** A rate beyond it moves parameters out of fp32 within steps. */
    static final double MOST_RATE = 1e6;

    public Commit {
        Require.atLeast("step", step, 1);
        Require.range("clip", clip, 0, Double.MAX_VALUE);
        Require.range("learningRate", learningRate, 0, MOST_RATE);
        Require.range("norm", norm, 0, skipped ? Double.POSITIVE_INFINITY : Double.MAX_VALUE);
        Require.atLeast("tokens", tokens, 0);
        Require.atLeast("flos", flos, 0);
        ratios = List.copyOf(ratios);
    }

    /** A commit without trust ratios. */
    public Commit(
            int step,
            double clip,
            double learningRate,
            double loss,
            double norm,
            long tokens,
            long flos) {
        this(step, clip, learningRate, loss, norm, tokens, flos, List.of(), false);
    }

    /** The same with trust ratios. */
    Commit with(List<Float> measured) {
        return new Commit(step, clip, learningRate, loss, norm, tokens, flos, measured, skipped);
    }
}
