package shoal.plan.log;

import java.util.ArrayList;
import java.util.List;
import shoal.model.json.PythonNumber;
import shoal.plan.metric.EvaluationResult;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Require;

/** The rows that sum up an evaluation and a whole training (transformers 4.57.6 trainer.py). */
public final class SummaryRows {
    private SummaryRows() {}

    /**
     * The row of one evaluation: eval_loss, metrics, speed.
     *
     * @param seconds that it took
     * @param batchRows evaluation rows per device x ranks
     * @param place of the training when it ran
     */
    public static LogRow evaluation(
            EvaluationResult result, double seconds, long batchRows, Place place) {
        Require.atLeast("batchRows", batchRows, 1);
        long batches = (result.rows() + batchRows - 1) / batchRows;
        List<LogValue> values = new ArrayList<>();
        values.add(LogValue.number("eval_loss", result.loss()));
        values.add(LogValue.number("eval_accuracy", result.metrics().accuracy()));
        values.add(LogValue.number("eval_precision", result.metrics().precision()));
        values.add(LogValue.number("eval_recall", result.metrics().recall()));
        values.add(LogValue.number("eval_f1", result.metrics().f1()));
        values.addAll(speed("eval", seconds, result.rows(), (double) batches));
        values.addAll(place.values());
        return new LogRow(values);
    }

    /**
     * The row of a whole training: speed, work, train_loss.
     *
     * @param seconds that it took
     */
    public static LogRow training(TrainingLog log, TrainingPlan plan, double seconds) {
        List<LogValue> values =
                new ArrayList<>(speed("train", seconds, plan.trainSamples(), plan.steps()));
        values.add(LogValue.number(RowNames.TOTAL_FLOS, log.flos()));
        values.add(LogValue.number("train_loss", log.trainLoss()));
        values.addAll(new Place(plan.epochAfter(log.step()), log.step()).values());
        return new LogRow(values);
    }

    /** Where in the training a row belongs. */
    public record Place(double epoch, int step) {
        public Place {
            Require.atLeast("step", step, 0);
        }

        private List<LogValue> values() {
            return List.of(
                    LogValue.number(RowNames.EPOCH, epoch), LogValue.integer(RowNames.STEP, step));
        }
    }

    /** HF's speed_metrics (trainer_utils.py): without rates when no time passed. */
    private static List<LogValue> speed(
            String prefix, double seconds, double samples, double steps) {
        Require.range("seconds", seconds, 0, Double.MAX_VALUE);
        LogValue runtime = LogValue.number(prefix + "_runtime", PythonNumber.round(seconds, 4));
        if (seconds == 0) {
            return List.of(runtime);
        }
        return List.of(
                runtime,
                rate(prefix + "_samples_per_second", samples / seconds),
                rate(prefix + "_steps_per_second", steps / seconds));
    }

    private static LogValue rate(String name, double perSecond) {
        return LogValue.number(name, PythonNumber.round(perSecond, 3));
    }
}
