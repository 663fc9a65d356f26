package shoal.plan.log;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import shoal.model.json.PythonNumber;
import shoal.recipe.Require;

/**
 * What the log rows of a run are made of, after some committed steps: an immutable fold over them
 * (transformers 4.57.6 trainer.py, _maybe_log_save_evaluate).
 *
 * <p>For each step: {@code log = log.commit(step)}; where a LOG milestone falls: {@code log.row},
 * then {@code log = log.logged()}. HF adds losses in fp32, here they are doubles: the fourth
 * decimal can differ where a mean lies between two of them.
 *
 * @param step last committed step, 0 before the first
 * @param loggedStep last step that was logged
 * @param lossSinceLogged sum over the steps after that one
 * @param lossUntilLogged sum over the steps up to that one
 * @param gradientNorm of the last step
 * @param learningRate of the last step
 * @param flos of all steps, as {@link FlosCount} has them: HF's total_flos
 */
public record TrainingLog(
        int step,
        int loggedStep,
        double lossSinceLogged,
        double lossUntilLogged,
        OptionalDouble gradientNorm,
        double learningRate,
        double flos) {
    /** HF rounds the training loss of a log row to so many decimals, and nothing else. */
    private static final int LOSS_DECIMALS = 4;

    public TrainingLog {
        Require.range("loggedStep", loggedStep, 0, step);
        requireNonNull(gradientNorm, "gradientNorm");
        Require.range("flos", flos, 0, Double.MAX_VALUE);
    }

    /** The log of a run that has not begun. */
    public static TrainingLog empty() {
        return new TrainingLog(0, 0, 0, 0, OptionalDouble.empty(), 0, 0);
    }

    /** This log and one more step, which must be the next one. */
    public TrainingLog commit(CommittedStep next) {
        if (next.step() != step + 1) {
            throw new IllegalStateException(
                    "step " + next.step() + " is logged after step " + step);
        }
        return new TrainingLog(
                next.step(),
                loggedStep,
                lossSinceLogged + next.loss(),
                lossUntilLogged,
                next.gradientNorm(),
                next.learningRate(),
                flos + next.flos());
    }

    /** Mean loss of the steps since the last log row, not rounded. */
    public double meanLoss() {
        if (step == loggedStep) {
            throw new IllegalStateException("no step since the last log row at step " + step);
        }
        return lossSinceLogged / (step - loggedStep);
    }

    /** Mean loss of all steps: HF's train_loss. */
    public double trainLoss() {
        Require.atLeast("step", step, 1);
        return (lossUntilLogged + lossSinceLogged) / step;
    }

    /** The row of figures at the last step. */
    public LogRow row(double epoch) {
        List<LogValue> values = new ArrayList<>();
        values.add(LogValue.number("loss", PythonNumber.round(meanLoss(), LOSS_DECIMALS)));
        gradientNorm.ifPresent(norm -> values.add(LogValue.number("grad_norm", norm)));
        values.add(LogValue.number("learning_rate", learningRate));
        values.add(LogValue.number(RowNames.EPOCH, epoch));
        values.add(LogValue.integer(RowNames.STEP, step));
        return new LogRow(values);
    }

    /** This log after its row was written. */
    public TrainingLog logged() {
        return new TrainingLog(
                step, step, 0, lossUntilLogged + lossSinceLogged, gradientNorm, learningRate, flos);
    }
}
