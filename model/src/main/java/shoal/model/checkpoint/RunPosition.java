package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;
import shoal.recipe.Require;

/**
 * How far a run is.
 *
 * @param step updates done, at least 1
 * @param epoch passes over the training rows, with the part of the running one
 * @param losses what the next log row is made of
 */
public record RunPosition(int step, double epoch, Losses losses) {
    /**
     * Losses and figures of steps, in full precision: log_history has them rounded.
     *
     * @param loggedStep last step that was logged
     * @param sinceLogged sum over the steps after that one
     * @param untilLogged sum over the steps up to that one
     * @param gradientNorm of the last step, where it is clipped
     * @param learningRate of the last step, as it is logged
     */
    public record Losses(
            int loggedStep,
            double sinceLogged,
            double untilLogged,
            OptionalDouble gradientNorm,
            double learningRate) {
        public Losses {
            Require.atLeast("loggedStep", loggedStep, 0);
            requireNonNull(gradientNorm, "gradientNorm");
        }
    }

    /** Of a run whose losses are not known: the next log row is of later steps alone. */
    public RunPosition(int step, double epoch) {
        this(step, epoch, new Losses(step, 0, 0, OptionalDouble.empty(), 0));
    }

    public RunPosition {
        Require.atLeast("step", step, 1);
        Require.range("epoch", epoch, 0, 1e9);
        requireNonNull(losses, "losses");
        Require.range("loggedStep", losses.loggedStep(), 0, step);
    }
}
