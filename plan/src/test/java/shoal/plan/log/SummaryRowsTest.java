package shoal.plan.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import shoal.plan.TestRecipes;
import shoal.plan.log.SummaryRows.Place;
import shoal.plan.metric.Classification;
import shoal.plan.metric.EvaluationResult;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Recipe;

final class SummaryRowsTest {
    private static final EvaluationResult RESULT =
            new EvaluationResult(96, 0.5, new Classification(0.9, 0.8, 0.7, 0.75));

    @Test
    void an_evaluation_row_has_figures_then_speed_then_place() {
        LogRow row = SummaryRows.evaluation(RESULT, 1.23456, 40, new Place(0.5, 15));

        assertThat(row.values())
                .containsExactly(
                        LogValue.number("eval_loss", 0.5),
                        LogValue.number("eval_accuracy", 0.9),
                        LogValue.number("eval_precision", 0.8),
                        LogValue.number("eval_recall", 0.7),
                        LogValue.number("eval_f1", 0.75),
                        LogValue.number("eval_runtime", 1.2346),
                        LogValue.number("eval_samples_per_second", 77.76),
                        LogValue.number("eval_steps_per_second", 2.43),
                        LogValue.number("epoch", 0.5),
                        LogValue.integer("step", 15));
    }

    @Test
    void an_evaluation_in_no_time_has_no_rates() {
        LogRow row = SummaryRows.evaluation(RESULT, 0, 40, new Place(1, 30));

        assertThat(row.number("eval_runtime")).hasValue(0);
        assertThat(row.number("eval_samples_per_second")).isEmpty();
    }

    @Test
    void the_training_row_has_speed_work_loss_and_place() {
        Recipe recipe = TestRecipes.plain().recipe();
        TrainingPlan plan = TrainingPlan.of(recipe, 16);
        TrainingLog log = TrainingLog.empty().commit(step(1, 0.25)).commit(step(2, 0.75));

        LogRow row = SummaryRows.training(log, plan, 8);

        assertThat(row.values())
                .containsExactly(
                        LogValue.number("train_runtime", 8),
                        LogValue.number("train_samples_per_second", 2),
                        LogValue.number("train_steps_per_second", 0.25),
                        LogValue.number("total_flos", 1e12),
                        LogValue.number("train_loss", 0.5),
                        LogValue.number("epoch", 1),
                        LogValue.integer("step", 2));
    }

    private static CommittedStep step(int step, double loss) {
        return new CommittedStep(step, loss, OptionalDouble.empty(), 0, 500_000_000_000L);
    }
}
