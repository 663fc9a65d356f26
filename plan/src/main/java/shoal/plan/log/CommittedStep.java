package shoal.plan.log;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;
import shoal.recipe.Require;

/**
 * What the log wants to know of a step that is done.
 *
 * @param step counts from 1
 * @param loss sum of weight x loss over the step's rows
 * @param gradientNorm before clipping; empty when the recipe does not clip, as HF leaves it out
 * @param learningRate the one that HF logs: {@code LearningRates.loggedAt}
 * @param flos of the step, as {@link FlosCount} has them
 */
public record CommittedStep(
        int step, double loss, OptionalDouble gradientNorm, double learningRate, long flos) {
    public CommittedStep {
        Require.atLeast("step", step, 1);
        requireNonNull(gradientNorm, "gradientNorm");
        Require.atLeast("flos", flos, 0);
    }
}
