package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;
import shoal.recipe.Require;

/**
 * How far a run is.
 *
 * @param step the last one that is done, at least 1
 * @param epoch passes over the training rows, with the part of the running one
 * @param losses what the next log row is made of
 * @param scaling steps that were skipped, and the next loss scale
 */
public record RunPosition(int step, double epoch, Losses losses, Scaling scaling) {
    /**
     * What steps with a gradient that is not finite have left behind, and the loss scale of the
     * next step.
     *
     * @param skipped steps that changed no parameter
     * @param lossScale of the next step; 1 where losses are not scaled
     * @param goodSteps before it, as its scaler counts them
     * @param hysteresis that is left to the scaler
     */
    public record Scaling(int skipped, double lossScale, int goodSteps, int hysteresis) {
        private static final Scaling NONE = new Scaling(0, 1, 0, 1);

        public Scaling {
            Require.atLeast("skipped", skipped, 0);
            Require.range("lossScale", lossScale, 0, Double.MAX_VALUE);
            Require.atLeast("goodSteps", goodSteps, 0);
        }

        /** Of a run that scales no loss and has skipped nothing. */
        public static Scaling none() {
            return NONE;
        }
    }

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

    /** Updates done: steps that were not skipped. */
    public int updates() {
        return step - scaling.skipped();
    }

    /** Of a run whose losses are not known: the next log row is of later steps alone. */
    public RunPosition(int step, double epoch) {
        this(step, epoch, new Losses(step, 0, 0, OptionalDouble.empty(), 0), Scaling.none());
    }

    public RunPosition {
        Require.atLeast("step", step, 1);
        Require.range("epoch", epoch, 0, 1e9);
        requireNonNull(losses, "losses");
        Require.range("loggedStep", losses.loggedStep(), 0, step);
        requireNonNull(scaling, "scaling");
        Require.range("skipped", scaling.skipped(), 0, step);
    }
}
