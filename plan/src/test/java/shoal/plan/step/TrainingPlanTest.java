package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.plan.TestRecipes;
import shoal.recipe.BatchRecipe;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

final class TrainingPlanTest {
    @Test
    void steps_and_epochs_count_as_in_hf_when_an_epoch_ends_in_a_short_step() {
        // 480 rows, 13 per device, accumulation 2: 37 batches, 19 steps, the last of one batch.
        TrainingPlan plan = plan(480, batch(1, 13, 2, false), new LengthRecipe(2, -1));

        assertThat(plan.stepsPerEpoch()).isEqualTo(19);
        assertThat(plan.steps()).isEqualTo(38);
        assertThat(plan.epochs()).isEqualTo(2);
        assertThat(plan.epochAfter(5)).isEqualTo(0.2702702702702703);
        assertThat(plan.epochAfter(19)).isEqualTo(1);
        assertThat(plan.epochAfter(20)).isEqualTo(1.054054054054054);
        assertThat(plan.epochAfter(38)).isEqualTo(2);
    }

    @Test
    void a_share_of_an_epoch_is_rounded_up_to_whole_steps() {
        TrainingPlan plan = plan(80, batch(1, 8, 1, false), new LengthRecipe(1.25, -1));

        assertThat(plan.steps()).isEqualTo(13);
        assertThat(plan.epochs()).isEqualTo(2);
        assertThat(plan.epochAfter(13)).isEqualTo(1.3);
        assertThat(plan.trainSamples()).isEqualTo(100);
    }

    @Test
    void max_steps_wins_over_epochs_and_goes_on_into_new_epochs() {
        TrainingPlan plan = plan(16, batch(2, 4, 2, false), new LengthRecipe(1, 5));

        assertThat(plan.steps()).isEqualTo(5);
        assertThat(plan.stepsPerEpoch()).isEqualTo(1);
        assertThat(plan.epochs()).isEqualTo(5);
        assertThat(plan.trainSamples()).isEqualTo(5 * 2 * 4 * 2);
    }

    @Test
    void batches_go_to_ranks_in_turn_and_rows_weigh_as_in_hf() {
        TrainingPlan plan = plan(16, batch(2, 2, 2, false), new LengthRecipe(1, -1));

        List<MicroBatch> first = plan.microBatches(1);

        assertThat(first.stream().map(TrainingPlanTest::text))
                .containsExactly(
                        "rank 0 round 0 [0, 1]",
                        "rank 0 round 1 [4, 5]",
                        "rank 1 round 0 [2, 3]",
                        "rank 1 round 1 [6, 7]");
        assertThat(first).allMatch(one -> one.weight() == 1.0 / 8);
        assertThat(plan.microBatches(2).get(0).rows()).containsExactly(8, 9);
        assertThat(plan.rowsIn(1)).isEqualTo(8);
    }

    @Test
    void a_short_last_batch_weighs_as_much_as_a_full_one() {
        // 11 rows, 2 ranks: batches of 4, 4 and 3; the third is alone in the second step.
        TrainingPlan plan = plan(11, batch(2, 4, 2, false), new LengthRecipe(1, -1));

        List<MicroBatch> only = plan.microBatches(1);

        assertThat(plan.steps()).isEqualTo(1);
        assertThat(only.stream().map(TrainingPlanTest::text))
                .containsExactly(
                        "rank 0 round 0 [0, 1, 2, 3]",
                        "rank 0 round 1 [8, 9, 10]",
                        "rank 1 round 0 [4, 5, 6, 7]");
        assertThat(only.stream().map(MicroBatch::weight))
                .containsExactly(1.0 / 12, 1.0 / 9, 1.0 / 12);
        assertThat(plan.rowsIn(1)).isEqualTo(11);
    }

    @Test
    void drop_last_leaves_out_short_batches_and_uneven_rounds() {
        TrainingPlan plan = plan(23, batch(2, 4, 1, true), new LengthRecipe(1, -1));

        assertThat(plan.steps()).isEqualTo(2);
        assertThat(plan.microBatches(2).stream().map(TrainingPlanTest::text))
                .containsExactly(
                        "rank 0 round 0 [8, 9, 10, 11]", "rank 1 round 0 [12, 13, 14, 15]");
    }

    @Test
    void each_epoch_reads_each_row_once_and_its_weights_add_up_to_one_per_step() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int rows = 1 + random.nextInt(200);
            BatchRecipe batch =
                    batch(
                            1 + random.nextInt(4),
                            1 + random.nextInt(20),
                            1 + random.nextInt(5),
                            false);
            TrainingPlan plan = plan(rows, batch, new LengthRecipe(2, -1), Sampling.RANDOM);

            int[] seen = new int[rows];
            for (int step = 1; step <= plan.stepsPerEpoch(); step++) {
                double weights = 0;
                for (MicroBatch one : plan.microBatches(step)) {
                    Arrays.stream(one.rows()).forEach(row -> seen[row]++);
                    weights += one.weight() * one.rows().length;
                }
                assertThat(weights).as("seed %d", seed).isCloseTo(1, within(1e-14));
            }
            assertThat(seen).as("seed %d", seed).containsOnly(1);
        }
    }

    @Test
    void a_second_epoch_has_an_order_of_its_own_and_steps_may_be_asked_in_any_order() {
        TrainingPlan plan =
                plan(64, batch(1, 64, 1, false), new LengthRecipe(2, -1), Sampling.RANDOM);
        int[] second = plan.microBatches(2).get(0).rows();
        int[] first = plan.microBatches(1).get(0).rows();

        assertThat(second).isEqualTo(RowOrder.permutation(64, 43));
        assertThat(first).isEqualTo(RowOrder.permutation(64, 42));
    }

    @Test
    void an_epoch_ends_at_its_last_step_and_at_the_last_of_the_run() {
        TrainingPlan plan = plan(80, batch(1, 8, 1, false), new LengthRecipe(1.25, -1));

        assertThat(IntStream.rangeClosed(1, 13).filter(plan::endsEpoch)).containsExactly(10, 13);
    }

    @Test
    void drop_last_that_leaves_no_batch_is_the_users_problem() {
        assertThatThrownBy(() -> plan(7, batch(2, 4, 1, true), new LengthRecipe(1, -1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dataloader_drop_last")
                .hasMessageContaining("7 rows")
                .hasMessageContaining("8 (4 per device x 2 ranks)");
    }

    @Test
    void a_data_set_without_rows_is_the_users_problem() {
        assertThatThrownBy(() -> plan(0, batch(1, 4, 1, false), new LengthRecipe(1, -1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no rows");
    }

    @Test
    void more_steps_than_can_be_counted_are_the_users_problem() {
        assertThatThrownBy(() -> plan(8_000, batch(1, 1, 1, false), new LengthRecipe(1e6, -1)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("num_train_epochs");
    }

    @Test
    void a_plan_without_lengths_counts_steps_by_length_but_cannot_name_rows() {
        Recipe recipe = recipe(batch(1, 4, 1, false), new LengthRecipe(1, -1));
        Recipe byLength =
                new TestRecipes(recipe)
                        .with(new OrderRecipe(Sampling.GROUP_BY_LENGTH, 42, 42))
                        .recipe();

        TrainingPlan blind = TrainingPlan.of(byLength, 12);
        TrainingPlan seeing =
                TrainingPlan.of(byLength, new int[] {5, 1, 9, 4, 4, 8, 7, 2, 3, 6, 1, 1});

        assertThat(blind.steps()).isEqualTo(seeing.steps()).isEqualTo(3);
        assertThatThrownBy(() -> blind.microBatches(1)).hasMessageContaining("lengths");
        assertThat(seeing.microBatches(1).get(0).rows()).contains(2).hasSize(4);
    }

    private static String text(MicroBatch one) {
        return "rank " + one.rank() + " round " + one.round() + " " + Arrays.toString(one.rows());
    }

    private static BatchRecipe batch(int ranks, int rows, int accumulation, boolean dropLast) {
        return new BatchRecipe(ranks, rows, rows, accumulation, 1, dropLast);
    }

    @Test
    void an_epoch_that_begins_again_is_read_from_its_first_row_and_the_run_is_no_longer() {
        Recipe recipe = recipe(batch(2, 4, 1, false), new LengthRecipe(2, -1));
        TrainingPlan straight = TrainingPlan.of(recipe, 40); // 5 steps an epoch
        TrainingPlan again = TrainingPlan.of(recipe.beginningEpochAgainAfter(3), 40);

        assertThat(again.steps()).isEqualTo(10);
        for (int step = 1; step <= 10; step++) {
            int same = step <= 3 ? step : step - 3;
            assertThat(again.microBatches(step))
                    .usingRecursiveFieldByFieldElementComparator()
                    .isEqualTo(straight.microBatches(same));
            assertThat(again.epochAfter(step)).isEqualTo(straight.epochAfter(same));
            assertThat(again.rowsIn(step)).isEqualTo(straight.rowsIn(same));
        }
        assertThat(again.endsEpoch(8)).isTrue();
        assertThat(again.endsEpoch(5)).isFalse();
        assertThat(again.endsEpoch(10)).isTrue();
        TrainingPlan atItsEnd = TrainingPlan.of(recipe.beginningEpochAgainAfter(5), 40);
        assertThat(atItsEnd.microBatches(6))
                .usingRecursiveFieldByFieldElementComparator()
                .isEqualTo(straight.microBatches(6));
    }

    private static TrainingPlan plan(int rows, BatchRecipe batch, LengthRecipe length) {
        return TrainingPlan.of(recipe(batch, length), rows);
    }

    private static TrainingPlan plan(
            int rows, BatchRecipe batch, LengthRecipe length, Sampling sampling) {
        TestRecipes base = new TestRecipes(recipe(batch, length));
        return TrainingPlan.of(base.with(new OrderRecipe(sampling, 42, 42)).recipe(), rows);
    }

    private static Recipe recipe(BatchRecipe batch, LengthRecipe length) {
        return TestRecipes.plain().with(batch).with(length).recipe();
    }
}
