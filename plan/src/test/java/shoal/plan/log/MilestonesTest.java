package shoal.plan.log;

import static org.assertj.core.api.Assertions.assertThat;
import static shoal.plan.log.Milestone.EVALUATE;
import static shoal.plan.log.Milestone.LOG;
import static shoal.plan.log.Milestone.SAVE;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.plan.TestRecipes;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Cadence;
import shoal.recipe.Cadence.Strategy;
import shoal.recipe.LengthRecipe;
import shoal.recipe.Recipe;

/** 10 steps an epoch, 25 steps: epochs end after 10, 20 and 25. */
final class MilestonesTest {
    private static final int STEPS = 25;

    @Test
    void what_goes_by_steps_happens_at_every_multiple() {
        Milestones milestones = milestones(TestRecipes.plain().logging(every(10)));

        assertThat(logged(milestones)).containsExactly(10, 20);
        assertThat(milestones.evaluatesAfter(10)).isFalse();
        assertThat(milestones.savesAfter(25)).isFalse();
    }

    @Test
    void the_first_step_is_logged_when_asked_whatever_the_strategy() {
        Cadence never = new Cadence(Strategy.NO, 0, true);
        Cadence byEpoch = new Cadence(Strategy.EPOCH, 0, true);

        assertThat(logged(milestones(TestRecipes.plain().logging(never)))).containsExactly(1);
        assertThat(logged(milestones(TestRecipes.plain().logging(byEpoch))))
                .containsExactly(1, 10, 20, 25);
    }

    @Test
    void a_share_of_all_steps_is_rounded_up() {
        Milestones milestones = milestones(TestRecipes.plain().logging(every(0.3)));

        assertThat(milestones.loggingSteps()).isEqualTo(8);
        assertThat(logged(milestones)).containsExactly(8, 16, 24);
    }

    @Test
    void what_goes_by_epochs_also_happens_when_the_last_epoch_is_cut_short() {
        Milestones milestones = milestones(TestRecipes.plain().evaluation(byEpoch()));

        assertThat(IntStream.rangeClosed(1, STEPS).filter(milestones::evaluatesAfter))
                .containsExactly(10, 20, 25);
    }

    @Test
    void saving_by_steps_also_saves_the_last_step_and_saving_never_does_not() {
        Milestones bySteps = milestones(TestRecipes.plain().saving(every(10)));
        Milestones never = milestones(TestRecipes.plain());

        assertThat(IntStream.rangeClosed(1, STEPS).filter(bySteps::savesAfter))
                .containsExactly(10, 20, 25);
        assertThat(IntStream.rangeClosed(1, STEPS).filter(never::savesAfter)).isEmpty();
    }

    @Test
    void a_step_is_logged_then_evaluated_then_saved() {
        TestRecipes all =
                TestRecipes.plain().logging(every(5)).evaluation(every(5)).saving(every(5));

        assertThat(milestones(all).after(5)).containsExactly(LOG, EVALUATE, SAVE);
        assertThat(milestones(all).after(6)).isEmpty();
    }

    @Test
    void what_goes_by_steps_comes_before_what_goes_by_epochs() {
        TestRecipes mixed =
                TestRecipes.plain().logging(byEpoch()).evaluation(every(5)).saving(every(10));

        assertThat(milestones(mixed).after(10)).containsExactly(EVALUATE, SAVE, LOG);
    }

    @Test
    void a_first_step_that_ends_an_epoch_is_logged_once() {
        TestRecipes recipe =
                TestRecipes.plain()
                        .with(new LengthRecipe(3, -1))
                        .logging(new Cadence(Strategy.EPOCH, 0, true))
                        .evaluation(byEpoch());
        TrainingPlan plan = TrainingPlan.of(recipe.recipe(), 8);

        List<Milestone> first = Milestones.of(recipe.recipe(), plan).after(1);

        assertThat(first).containsExactly(LOG, EVALUATE);
    }

    private static int[] logged(Milestones milestones) {
        return IntStream.rangeClosed(1, STEPS).filter(milestones::logsAfter).toArray();
    }

    private static Cadence every(double steps) {
        return new Cadence(Strategy.STEPS, steps, false);
    }

    private static Cadence byEpoch() {
        return new Cadence(Strategy.EPOCH, 0, false);
    }

    private static Milestones milestones(TestRecipes base) {
        Recipe recipe = base.with(new LengthRecipe(2.5, -1)).recipe();
        return Milestones.of(recipe, TrainingPlan.of(recipe, 80));
    }
}
