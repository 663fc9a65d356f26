package shoal.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import shoal.plan.TestRecipes;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.Constant;
import shoal.recipe.ScheduleRecipe.Cosine;
import shoal.recipe.ScheduleRecipe.Linear;
import shoal.recipe.ScheduleRecipe.LoggedAhead;
import shoal.recipe.ScheduleRecipe.OneCycle;
import shoal.recipe.ScheduleRecipe.OneCycle.Half;
import shoal.recipe.ScheduleRecipe.RangeTest;
import shoal.recipe.ScheduleRecipe.Warmup;
import shoal.recipe.ScheduleRecipe.WarmupLength;

/** Rates of peak 1e-3 over 30 steps unless said otherwise; numbers are HF's own. */
final class LearningRatesTest {
    private static final WarmupLength NONE = new WarmupLength(0, 0);

    @Test
    void linear_rises_from_zero_and_falls_to_one_step_above_zero() {
        LearningRates rates = rates(new Linear(new WarmupLength(0, 0.05)), 30);

        assertThat(rates.at(1)).isEqualTo(0);
        assertThat(rates.at(2)).isEqualTo(0.0005);
        assertThat(rates.at(3)).isEqualTo(0.001);
        assertThat(rates.at(4)).isEqualTo(0.0009642857142857143);
        assertThat(rates.at(30)).isEqualTo(3.571428571428571e-05);
    }

    @Test
    void warmup_steps_win_over_the_ratio_and_the_ratio_is_rounded_up() {
        assertThat(LearningRates.warmupSteps(new WarmupLength(4, 0.5), 30)).isEqualTo(4);
        assertThat(LearningRates.warmupSteps(new WarmupLength(0, 0.05), 30)).isEqualTo(2);
        assertThat(LearningRates.warmupSteps(new WarmupLength(0, 0.1), 30)).isEqualTo(3);
        assertThat(LearningRates.warmupSteps(NONE, 30)).isEqualTo(0);
    }

    @Test
    void constant_stays_at_the_peak_after_its_warm_up() {
        LearningRates rates = rates(new Constant(new WarmupLength(4, 0)), 30);

        assertThat(rates.at(1)).isEqualTo(0);
        assertThat(rates.at(2)).isEqualTo(0.00025);
        assertThat(rates.at(5)).isEqualTo(0.001);
        assertThat(rates.at(30)).isEqualTo(0.001);
        assertThat(rates(new Constant(NONE), 30).at(1)).isEqualTo(0.001);
    }

    @Test
    void cosine_falls_by_half_a_wave() {
        LearningRates rates = rates(new Cosine(new WarmupLength(5, 0), 0.5), 30);

        assertThat(rates.at(5)).isEqualTo(0.0008);
        assertThat(rates.at(6)).isEqualTo(0.001);
        assertThat(rates.at(7)).isCloseTo(0.000996057350657239, within(1e-18));
        assertThat(rates.at(16)).isCloseTo(0.0006545084971874737, within(1e-18));
    }

    @Test
    void hf_logs_the_rate_that_the_step_used() {
        LearningRates rates = rates(new Linear(new WarmupLength(3, 0)), 30);

        for (int step = 1; step <= 30; step++) {
            assertThat(rates.loggedAt(step)).isEqualTo(rates.at(step));
        }
    }

    @Test
    void deepspeed_warms_up_logarithmically_and_a_step_uses_what_the_one_before_it_logged() {
        LearningRates rates = rates(warmup(-1, new WarmupLength(0, 0.2), true, true), 30);

        double[] logged = {0, 0.0003868528072345415, 0.0006131471927654584, 0.000773705614469083};
        for (int step = 1; step <= logged.length; step++) {
            assertThat(rates.loggedAt(step)).isCloseTo(logged[step - 1], within(1e-18));
        }
        assertThat(rates.loggedAt(7)).isEqualTo(0.001);
        assertThat(rates.loggedAt(8)).isEqualTo(0.0009583333333333334);
        assertThat(rates.at(1)).isEqualTo(0);
        for (int step = 2; step <= 30; step++) {
            assertThat(rates.at(step)).isEqualTo(rates.loggedAt(step - 1));
        }
    }

    @Test
    void deepspeed_warms_up_linearly_when_told_and_stays_at_the_peak_without_decay() {
        LearningRates rates = rates(warmup(4, NONE, false, false), 30);

        assertThat(rates.loggedAt(1)).isEqualTo(0);
        assertThat(rates.loggedAt(2)).isEqualTo(0.00025);
        assertThat(rates.loggedAt(5)).isEqualTo(0.001);
        assertThat(rates.loggedAt(30)).isEqualTo(0.001);
    }

    @Test
    void deepspeed_starts_at_the_lowest_rate_and_warms_up_over_two_steps_at_least() {
        Warmup schedule = new Warmup(1e-4, 1e-3, 0, NONE, false, true, 20);
        LearningRates rates = rates(schedule, 30);

        assertThat(rates.at(1)).isEqualTo(1e-4);
        assertThat(rates.at(2)).isEqualTo(1e-4);
        assertThat(rates.at(3)).isCloseTo(5.5e-4, within(1e-18));
        assertThat(rates.at(4)).isEqualTo(1e-3);
        assertThat(rates.at(30)).isEqualTo(1e-4);
    }

    /** Train_Samples_lr.csv of deepspeed 0.19.8 with these parameters. */
    @Test
    void one_cycle_logs_what_deepspeed_logged() {
        OneCycle cycle = new OneCycle(1e-4, 1e-3, new Half(3, 0), new Half(2, 0), 1, 0.5);
        LearningRates rates = rates(cycle, 8);
        double[] logged = {
            0.0003999999999999999,
            0.0006999999999999999,
            0.0009999999999999998,
            0.0005499999999999999,
            0.0001,
            6.666666666666667e-05,
            5e-05,
            4e-05
        };

        assertThat(rates.at(1)).isEqualTo(1e-4);
        for (int step = 1; step <= 8; step++) {
            assertThat(rates.loggedAt(step)).isEqualTo(logged[step - 1]);
            assertThat(rates.at(step + 1)).isEqualTo(logged[step - 1]);
        }
    }

    @Test
    void stairs_hold_the_rate_of_a_cycle() {
        OneCycle cycle = new OneCycle(0, 1, new Half(4, 2), new Half(4, 0), 0, 0);
        LearningRates rates = rates(cycle, 10);

        assertThat(rates.loggedAt(1)).isEqualTo(0);
        assertThat(rates.loggedAt(2)).isEqualTo(0.5);
        assertThat(rates.loggedAt(3)).isEqualTo(0.5);
        assertThat(rates.loggedAt(4)).isEqualTo(1);
        assertThat(rates.loggedAt(5)).isEqualTo(0.75);
        assertThat(rates.loggedAt(9)).isEqualTo(0);
    }

    @Test
    void a_range_test_grows_from_its_start_with_each_step_or_by_stairs() {
        LearningRates straight = rates(new RangeTest(1e-3, 4, 2, false), 10);
        LearningRates stairs = rates(new RangeTest(1e-3, 4, 2, true), 10);

        assertThat(straight.at(1)).isEqualTo(1e-3);
        assertThat(straight.loggedAt(1)).isEqualTo(1.5e-3);
        assertThat(straight.at(2)).isEqualTo(1.5e-3);
        assertThat(stairs.loggedAt(3)).isEqualTo(1e-3);
        assertThat(stairs.loggedAt(4)).isEqualTo(3e-3);
    }

    /** Seen with deepspeed 0.19.8: AdamW of the file, HF's linear schedule, 8 steps. */
    @Test
    void hf_s_schedule_in_deepspeed_s_engine_logs_the_rate_of_the_next_step() {
        LearningRates rates = rates(new LoggedAhead(new Linear(NONE)), 8);

        assertThat(rates.at(1)).isEqualTo(1e-3);
        assertThat(rates.loggedAt(1)).isEqualTo(0.000875);
        assertThat(rates.at(8)).isEqualTo(0.000125);
        assertThat(rates.loggedAt(8)).isEqualTo(0);
    }

    private static Warmup warmup(
            int steps, WarmupLength auto, boolean logarithmic, boolean decays) {
        return new Warmup(0, 1e-3, steps, auto, logarithmic, decays, -1);
    }

    private static LearningRates rates(ScheduleRecipe schedule, int steps) {
        return LearningRates.of(TestRecipes.plain().with(schedule).recipe(), steps);
    }
}
