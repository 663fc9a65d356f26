package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.plan.step.TensorSquares;
import shoal.recipe.Recipe;

/** Steps of a rule that measures before it updates: Lamb, on two workers. */
final class MeasureTest {
    private static final Demand TWO = new Demand(2, 2, Duration.ofMinutes(1));

    private final Lab lab = new Lab();

    @BeforeEach
    void both_have_loaded() {
        lab.attach("w1").attach("w2");
        lab.submit("r", TestRecipes.withLamb(TestRecipes.of(2, 1, 0)), TWO);
        lab.ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
    }

    @Test
    void a_reduced_step_is_measured_by_all_before_it_is_committed() {
        lab.part("w1", "r", 1, 0, 2);
        assertThat(lab.told()).isEmpty();

        lab.part("w2", "r", 1, 1, 2);

        double clip = 1 / (TestReports.norm(1) + 1e-6);
        Command measure = new Command.MeasureStep(lab.fence("r"), 1, clip);
        assertThat(lab.told()).containsExactly(measure, measure);
        assertThat(commits()).isEmpty();

        measured("w1", 0);
        assertThat(commits()).isEmpty();
        measured("w2", 1);

        Commit commit = commits().get(0);
        assertThat(commit.clip()).isEqualTo(clip);
        assertThat(commit.ratios()).isEqualTo(TestReports.ratios(1));
        assertThat(lab.told())
                .containsExactly(
                        new Command.CommitStep(lab.fence("r"), commit, true),
                        new Command.CommitStep(lab.fence("r"), commit, true));
    }

    @Test
    void a_worker_that_dials_again_between_the_phases_is_told_to_measure_again() {
        reduced();
        measured("w1", 0);

        lab.breakSession("w1").redial("again", "w1", 0, 1);
        lab.ready("again", "r", 0, 1);
        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 1));
        lab.part("again", "r", 1, 0, 2);
        assertThat(lab.told()).hasSize(1).allMatch(Command.MeasureStep.class::isInstance);
        measured("again", 0);
        assertThat(commits()).isEmpty();
        measured("w2", 1);

        assertThat(commits().get(0).ratios()).isEqualTo(TestReports.ratios(1));
    }

    @Test
    void a_worker_that_does_not_measure_is_named_and_the_run_starts_again() {
        reduced();
        measured("w1", 0);

        for (Duration passed = Duration.ZERO;
                passed.compareTo(Bounds.FIRST_STEP.plus(Bounds.PROGRESS)) < 0;
                passed = passed.plus(Bounds.SILENCE.dividedBy(2))) {
            lab.apply(new Event.Heartbeat(new SessionId("w1")));
            lab.apply(new Event.Heartbeat(new SessionId("w2")));
            lab.pass(Bounds.SILENCE.dividedBy(2));
        }

        assertThat(lab.words())
                .anyMatch(
                        words -> words.contains("step 1 has not come for") && words.contains("w2"));
    }

    @Test
    void a_coordinator_that_was_killed_between_the_phases_comes_to_the_same_commit() {
        reduced();
        measured("w1", 0);
        lab.restart();

        lab.redial("s1", "w1", 0, 1).ready("s1", "r", 0, 1);
        lab.redial("s2", "w2", 0, 1).ready("s2", "r", 0, 1);
        measured("s2", 1); // of before; nobody asked for it now
        assertThat(lab.state().droppedFor(DropReason.OTHER_STEP)).isEqualTo(1);
        lab.part("s1", "r", 1, 0, 2).part("s2", "r", 1, 1, 2);
        measured("s2", 1);
        measured("s1", 0);

        assertThat(commits().get(0).ratios()).isEqualTo(TestReports.ratios(1));
    }

    @Test
    void a_worker_that_dies_between_the_phases_leaves_nothing_of_the_step() {
        reduced();
        measured("w1", 0);

        lab.breakSession("w2").attach("new", "w2", "second", Optional.empty());

        assertThat(commits()).isEmpty();
        assertThat(lab.fence("r").generation()).isEqualTo(2);
        lab.ready("w1", "r", 0, 0).ready("new", "r", 0, 0);
        lab.part("w1", "r", 1, 0, 2).part("new", "r", 1, 1, 2);
        measured("w1", 0);
        measured("new", 1);
        assertThat(commits().get(0).ratios()).isEqualTo(TestReports.ratios(1));
    }

    @Test
    void a_commit_said_again_has_the_same_ratios() {
        reduced();
        measured("w1", 0);
        measured("w2", 1);
        Commit commit = commits().get(0);

        lab.breakSession("w1").redial("again", "w1", 0, 1).ready("again", "r", 0, 1);

        assertThat(lab.told()).contains(new Command.CommitStep(lab.fence("r"), commit, true));
    }

    @Test
    void ranks_that_compress_have_the_mean_of_their_norms_and_a_second_phase_after_the_freeze() {
        Recipe recipe = TestRecipes.withOneBitAdam(TestRecipes.of(2, 1, 0), 1);
        Lab two = new Lab();
        two.attach("w1").attach("w2");
        two.submit("r", recipe, TWO);
        two.ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
        two.part("w1", "r", 1, 0, 2).part("w2", "r", 1, 1, 2);
        Commit first = commits(two).get(0);
        two.told();

        two.part("w1", "r", 2, 0, 2).part("w2", "r", 2, 1, 2);
        assertThat(two.told()).hasSize(2).allMatch(Command.MeasureStep.class::isInstance);
        for (String session : List.of("w1", "w2")) {
            two.report(
                    session,
                    new WorkerReport.Measured(
                            two.fence("r"), 2, new byte[0], List.of(), Optional.empty()));
        }

        assertThat(first.norm()).isEqualTo(TestReports.norm(1));
        Commit second = commits(two).get(1);
        double sum = TestReports.norm(2) * TestReports.norm(2);
        assertThat(second.norm()).isCloseTo(sum / recipe.batch().ranks(), within(1e-9));
        assertThat(second.ratios()).isEmpty();
    }

    @Test
    void after_its_freeze_one_bit_lamb_commits_a_factor_of_the_largest_ratio_that_anybody_has() {
        Lab two = new Lab();
        two.attach("w1").attach("w2");
        two.submit("r", TestRecipes.withOneBitLamb(TestRecipes.of(2, 1, 0), 1), TWO);
        two.ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
        for (int step = 1; step <= 2; step++) {
            two.part("w1", "r", step, 0, 2).part("w2", "r", step, 1, 2);
            measured(two, "w1", step, step == 1 ? List.of() : List.of(1.5f, 9f));
            measured(two, "w2", step, step == 1 ? List.of() : List.of(2f, 0f));
        }

        // Norms of the direction without decay and with it are 1 and 2: half of it is decay.
        assertThat(commits(two).get(0).ratios()).containsExactly(0.5f, 0.5f);
        assertThat(commits(two).get(1).ratios()).containsExactly(2 * 0.5f + 0.5f, 4f);
    }

    @Test
    void workers_without_ratios_where_there_must_be_some_fail_the_run() {
        Lab two = new Lab();
        two.attach("w1").attach("w2");
        two.submit("r", TestRecipes.withOneBitLamb(TestRecipes.of(2, 1, 0), 1), TWO);
        two.ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
        two.part("w1", "r", 1, 0, 2).part("w2", "r", 1, 1, 2);
        measured(two, "w1", 1, List.of());
        measured(two, "w2", 1, List.of(1f, 1f));

        assertThat(two.state().ended().find(new RunName("r")).orElseThrow().reason())
                .isEqualTo("its workers measured tensors of different models");
    }

    private static void measured(Lab lab, String session, int step, List<Float> largest) {
        TensorSquares squares = TensorSquares.zeros(2);
        squares.add(0, 0.5, 2);
        squares.add(1, 0.5, 2);
        byte[] bytes = squares.toBytes();
        lab.report(
                session,
                new WorkerReport.Measured(lab.fence("r"), step, bytes, largest, Optional.empty()));
    }

    @Test
    void an_update_that_is_not_finite_stops_the_run_and_names_its_block() {
        reduced();
        lab.report(
                "w1",
                new WorkerReport.Measured(
                        lab.fence("r"),
                        1,
                        TestReports.squares(1, 0, 2),
                        List.of(),
                        Optional.of(new StepSums.BlockPlace("head", 2))));

        assertThat(end()).startsWith("the update of step 1 is not finite in block 2 of unit head");
    }

    @Test
    void workers_that_measure_different_models_fail_the_run() {
        reduced();
        measured("w1", 0);
        lab.report(
                "w2",
                new WorkerReport.Measured(
                        lab.fence("r"),
                        1,
                        TensorSquares.zeros(3).toBytes(),
                        List.of(),
                        Optional.empty()));

        assertThat(end()).isEqualTo("its workers measured tensors of different models");
    }

    @Test
    void a_measure_of_another_step_is_dropped() {
        measured("w1", 0);
        reduced();
        lab.report(
                "w1",
                new WorkerReport.Measured(
                        lab.fence("r"),
                        2,
                        TestReports.squares(2, 0, 2),
                        List.of(),
                        Optional.empty()));

        assertThat(lab.state().droppedFor(DropReason.OTHER_STEP)).isEqualTo(2);
        assertThat(commits()).isEmpty();
    }

    private void reduced() {
        lab.part("w1", "r", 1, 0, 2).part("w2", "r", 1, 1, 2);
    }

    private void measured(String session, int index) {
        lab.report(
                session,
                new WorkerReport.Measured(
                        lab.fence("r"),
                        1,
                        TestReports.squares(1, index, 2),
                        List.of(),
                        Optional.empty()));
    }

    private List<Commit> commits() {
        return commits(lab);
    }

    private static List<Commit> commits(Lab lab) {
        return lab.entries().stream()
                .filter(Entry.StepCommitted.class::isInstance)
                .map(entry -> ((Entry.StepCommitted) entry).commit())
                .toList();
    }

    private String end() {
        return lab.state().ended().find(new RunName("r")).orElseThrow().reason();
    }
}
