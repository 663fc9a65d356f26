package shoal.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import shoal.plan.TestRecipes;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.CosineWithMinimum;
import shoal.recipe.ScheduleRecipe.CosineWithMinimum.Start;
import shoal.recipe.ScheduleRecipe.CosineWithRestarts;
import shoal.recipe.ScheduleRecipe.InverseSquareRoot;
import shoal.recipe.ScheduleRecipe.Polynomial;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay.Shape;

/**
 * Rates of peak 1e-3 over 30 steps with 5 of warm-up, at the steps below; the numbers are what the
 * factors of transformers 4.57.6 optimization.py give.
 */
final class RarerSchedulesTest {
    private static final int[] STEPS = {1, 2, 5, 6, 7, 16, 17, 29, 30};
    private static final WarmupLength FIVE = new WarmupLength(5, 0);
    private static final WarmupLength NONE = new WarmupLength(0, 0);

    @Test
    void cosine_with_restarts_starts_each_half_wave_at_the_peak() {
        assertRates(
                new CosineWithRestarts(FIVE, 2),
                0.0,
                0.0002,
                0.0008,
                0.001,
                0.0009842915805643156,
                9.549150281252633e-05,
                3.5111757055874326e-05,
                6.184665997806821e-05,
                1.5708419435684518e-05);
    }

    @Test
    void polynomial_falls_to_its_end_rate_along_a_power() {
        assertRates(
                new Polynomial(FIVE, 1e-7, 1),
                0.0,
                0.0002,
                0.0008,
                0.001,
                0.0009600039999999999,
                0.0006000399999999999,
                0.000560044,
                8.009199999999996e-05,
                4.009600000000004e-05);
        assertRates(
                new Polynomial(FIVE, 1e-5, 2),
                0.0,
                0.0002,
                0.0008,
                0.001,
                0.0009223839999999999,
                0.0003664,
                0.00032046400000000007,
                1.6335999999999994e-05,
                1.1584000000000003e-05);
    }

    @Test
    void polynomial_that_only_warms_up_has_a_rate_at_every_step() {
        LearningRates rates = rates(new Polynomial(new WarmupLength(30, 0), 1e-7, 1));

        assertThat(rates.at(30)).isCloseTo(1e-3 * 29 / 30, within(1e-18));
        assertThat(rates.at(31)).isCloseTo(1e-7, within(1e-18));
    }

    @Test
    void inverse_sqrt_falls_on_the_scale_of_its_warm_up() {
        assertRates(
                new InverseSquareRoot(FIVE, 0),
                0.0,
                0.0002,
                0.0008,
                0.001,
                0.000912870929175277,
                0.0005773502691896259,
                0.0005590169943749475,
                0.0004225771273642583,
                0.00041522739926869986);
        assertRates(
                new InverseSquareRoot(FIVE, 8),
                0.0,
                0.0002,
                0.0008,
                0.001,
                0.0009428090415820635,
                0.0006666666666666666,
                0.0006488856845230502,
                0.000508000508000762,
                0.0005);
    }

    @Test
    void inverse_sqrt_without_a_warm_up_falls_on_the_scale_of_ten_thousand_steps() {
        assertRates(
                new InverseSquareRoot(NONE, 0),
                0.001,
                0.0009999500037496877,
                0.0009998000599800072,
                0.0009997500937109546,
                0.0009997001349325355,
                0.000999250842696695,
                0.0009992009587217892,
                0.0009986029331567649,
                0.0009985531461477268);
    }

    @Test
    void cosine_with_a_minimum_ends_at_it() {
        assertRates(
                new CosineWithMinimum(FIVE, 0.5, 0.1, new Start(false, -1)),
                0.0,
                0.0002,
                0.0008,
                0.001,
                0.000996451615591515,
                0.0006890576474687264,
                0.0006343215915635762,
                0.00011413757749211603,
                0.00010354838440848502);
    }

    @Test
    void its_other_kind_counts_one_step_ahead_and_starts_where_it_is_told() {
        double[] expected = {
            0.0002,
            0.0004,
            0.001,
            0.000996451615591515,
            0.000985862422507884,
            0.0006343215915635762,
            0.0005782557337881911,
            0.00010354838440848502,
            0.0001
        };

        assertRates(new CosineWithMinimum(FIVE, 0.5, 0.1, new Start(true, -1)), expected);
        assertRates(new CosineWithMinimum(FIVE, 0.5, 0.1, new Start(true, 0.2)), expected);
        assertThat(rates(new CosineWithMinimum(FIVE, 0.5, 0.1, new Start(true, 0.6))).at(1))
                .isCloseTo(0.0006, within(1e-18));
    }

    @Test
    void warmup_stable_decay_has_three_parts_of_three_shapes() {
        assertRates(
                stableDecay(Shape.LINEAR, 10),
                0.0001,
                0.00028000000000000003,
                0.0008200000000000001,
                0.001,
                0.001,
                0.001,
                0.0009249999999999999,
                0.0001,
                0.0001);
        assertRates(
                stableDecay(Shape.COSINE, 10),
                0.0001,
                0.00018594235253127368,
                0.0009140576474687263,
                0.001,
                0.001,
                0.001,
                0.0009846666218300806,
                0.0001,
                0.0001);
        assertRates(
                stableDecay(Shape.ROOT, 10),
                0.0001,
                0.00019501552810007573,
                0.0005975077640500379,
                0.001,
                0.001,
                0.001,
                0.0007401923788646683,
                0.0001,
                0.0001);
    }

    @Test
    void warmup_stable_decay_is_level_for_all_steps_that_the_other_parts_leave() {
        LearningRates rates = rates(stableDecay(Shape.LINEAR, -1));

        assertThat(rates.at(19)).isEqualTo(0.001);
        assertThat(rates.at(20)).isCloseTo(0.000925, within(1e-18));
        assertThat(rates.at(31)).isEqualTo(0.0001);
    }

    private static WarmupStableDecay stableDecay(Shape shape, int stableSteps) {
        return new WarmupStableDecay(FIVE, shape, stableSteps, 12, shape, 0.5, 0.1);
    }

    private static void assertRates(ScheduleRecipe schedule, double... expected) {
        LearningRates rates = rates(schedule);
        for (int i = 0; i < STEPS.length; i++) {
            // Two units in the last place: StrictMath and Python's libm may round cos differently.
            assertThat(rates.at(STEPS[i]))
                    .as("%s at step %d", schedule, STEPS[i])
                    .isCloseTo(expected[i], within(4e-19));
        }
    }

    private static LearningRates rates(ScheduleRecipe schedule) {
        return LearningRates.of(TestRecipes.plain().with(schedule).recipe(), 30);
    }
}
