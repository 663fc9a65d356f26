package shoal.plan.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.recipe.SelectionRecipe;

/** The cases of HF's EarlyStoppingCallback and _determine_best_metric (transformers 4.57.6). */
final class SelectionTest {
    @Test
    void the_first_evaluation_is_the_best_and_a_better_one_takes_its_place() {
        Selection after = after(new SelectionRecipe("loss", false, false, 0, 0, 0), 0.5, 0.7, 0.4);

        assertThat(after.bestMetric()).hasValue(0.4);
        assertThat(after.bestStep()).isEqualTo(3);
        assertThat(after.stopped()).isFalse();
    }

    @Test
    void greater_is_better_where_the_recipe_says_so() {
        Selection after = after(new SelectionRecipe("f1", true, false, 0, 0, 0), 0.5, 0.7, 0.4);

        assertThat(after.bestMetric()).hasValue(0.7);
        assertThat(after.bestStep()).isEqualTo(2);
    }

    @Test
    void as_many_misses_in_a_row_as_the_patience_stop_the_run() {
        SelectionRecipe patient = new SelectionRecipe("loss", false, false, 2, 0, 0);

        assertThat(after(patient, 0.5, 0.6, 0.4, 0.5).stopped()).isFalse();
        assertThat(after(patient, 0.5, 0.6, 0.4, 0.5).misses()).isEqualTo(1);
        assertThat(after(patient, 0.5, 0.6, 0.5).stopped()).isTrue();
    }

    @Test
    void a_gain_within_the_threshold_is_a_miss_but_still_the_best() {
        Selection after = after(new SelectionRecipe("loss", false, false, 1, 0.2, 0), 0.5, 0.4);

        assertThat(after.stopped()).isTrue();
        assertThat(after.bestStep()).isEqualTo(2);
    }

    @Test
    void an_evaluation_that_gives_no_number_is_never_the_best() {
        Selection after = after(new SelectionRecipe("loss", false, false, 0, 0, 0), Double.NaN);

        assertThat(after.bestStep()).isZero();
        assertThat(after.bestMetric()).hasValue(Double.POSITIVE_INFINITY);
    }

    @Test
    void the_best_checkpoint_is_the_one_saved_at_the_best_step() {
        Selection best = after(new SelectionRecipe("loss", false, true, 0, 0, 0), 0.5);

        assertThat(best.bestCheckpoint()).isZero();
        assertThat(best.saved(1).bestCheckpoint()).isEqualTo(1);
        assertThat(best.saved(1).saved(2).bestCheckpoint()).isEqualTo(1);
    }

    @Test
    void an_evaluation_on_start_is_compared_with_nothing() {
        SelectionRecipe recipe = new SelectionRecipe("loss", false, false, 1, 0, 0);

        Selection after = Selection.none().evaluated(recipe, row("loss", 0.1), 0);

        assertThat(after).isEqualTo(Selection.none());
    }

    private static Selection after(SelectionRecipe recipe, double... metrics) {
        Selection selection = Selection.none();
        for (int i = 0; i < metrics.length; i++) {
            selection = selection.evaluated(recipe, row(recipe.metric(), metrics[i]), i + 1);
        }
        return selection;
    }

    private static LogRow row(String metric, double value) {
        return new LogRow(List.of(LogValue.number("eval_" + metric, value)));
    }
}
