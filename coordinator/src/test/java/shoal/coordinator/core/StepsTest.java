package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.plan.log.LogValue;

/** Commits, log rows, evaluations and the end of training. */
final class StepsTest {
    private final Lab lab = new Lab();

    @Test
    void a_commit_has_the_clip_of_its_norm_and_the_rate_of_its_step() {
        lab.stepping("r").reduced("w1", "r", 1);

        Commit commit = commits().get(0);
        assertThat(commit.norm()).isEqualTo(2.0);
        assertThat(commit.clip()).isEqualTo(1.0 / (2.0 + 1e-6));
        assertThat(commit.learningRate()).isEqualTo(1e-3);
        assertThat(lab.told())
                .containsExactly(new Command.CommitStep(lab.fence("r"), commit, true));

        lab.reduced("w1", "r", 2);

        assertThat(commits().get(1).clip()).isEqualTo(1.0 / (1.0 + 1e-6));
        assertThat(commits().get(1).learningRate()).isEqualTo(5e-4);
    }

    @Test
    void a_small_gradient_is_not_clipped() {
        lab.stepping("r").report("w1", reduced(1, 0.25));

        assertThat(commits().get(0).clip()).isEqualTo(1.0);
    }

    @Test
    void max_grad_norm_zero_clips_nothing_and_logs_no_norm() {
        lab.attach("w1")
                .submit("r", TestRecipes.of(1, TestRecipes.every(1), TestRecipes.every(0), 0))
                .ready("w1", "r", 0, 0)
                .report("w1", reduced(1, 1e12));

        assertThat(commits().get(0).clip()).isEqualTo(1.0);
        assertThat(rowNames().get(0)).containsExactly("loss", "learning_rate", "epoch", "step");
    }

    @Test
    void a_gradient_that_is_not_finite_stops_the_run_and_names_its_block() {
        lab.stepping("r")
                .report(
                        "w1",
                        new WorkerReport.Reduced(
                                lab.fence("r"),
                                1,
                                TestReports.whole(
                                        0.5,
                                        TestReports.exact(0),
                                        Optional.of(new StepSums.BlockPlace("layer 3", 17)))));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.state().ended().find(new RunName("r")).orElseThrow().reason())
                .startsWith("the gradient of step 1 is not finite in block 17 of unit layer 3");
        assertThat(commits()).isEmpty();
    }

    @Test
    void a_loss_that_is_not_finite_stops_the_run_and_names_its_step() {
        lab.stepping("r")
                .report("w1", TestReports.reduced(lab.fence("r"), 1, Double.POSITIVE_INFINITY, 1));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.words()).anyMatch(words -> words.startsWith("step 1 has loss Infinity"));
    }

    @Test
    void a_step_that_is_committed_already_changes_nothing() {
        lab.stepping("r").reduced("w1", "r", 1).reduced("w1", "r", 1).reduced("w1", "r", 7);

        assertThat(commits()).hasSize(1);
        assertThat(lab.told()).isEmpty();
        assertThat(lab.state().droppedFor(DropReason.OTHER_STEP)).isEqualTo(2);
    }

    @Test
    void what_speaks_for_another_generation_is_dropped_and_counted() {
        lab.stepping("r");
        Fence old = new Fence(new RunName("r"), 9);

        lab.report("w1", Lab.reducedAt(old, 1));
        lab.report("w1", Lab.reducedAt(new Fence(new RunName("other"), 1), 1));
        lab.report("nobody", Lab.reducedAt(lab.fence("r"), 1));

        assertThat(commits()).isEmpty();
        assertThat(lab.state().droppedFor(DropReason.STALE_FENCE)).isEqualTo(2);
        assertThat(lab.state().droppedFor(DropReason.ENDED_SESSION)).isEqualTo(1);
    }

    @Test
    void rows_are_logged_where_milestones_fall_and_training_ends_with_its_summary() {
        lab.sealing("r").sealed("r");

        assertThat(rowNames())
                .extracting(names -> names.get(0))
                .containsExactly("loss", "loss", "eval_loss", "train_runtime");
        assertThat(rowNames().get(3))
                .containsExactly(
                        "train_runtime",
                        "total_flos",
                        "train_loss",
                        "epoch",
                        "step"); // no time has passed
        RunEvent.Reported report =
                (RunEvent.Reported) lab.events("r").get(lab.events("r").size() - 2);
        assertThat(report.memory())
                .containsExactly(
                        new RunEvent.ProcessMemory("coordinator", 77),
                        new RunEvent.ProcessMemory("worker w1", 99));
    }

    @Test
    void an_evaluation_counts_each_row_once_and_in_order() {
        lab.evaluating("r")
                .evaluated("w1", "r", 2, 0, 2)
                .evaluated("w1", "r", 2, 3, 1)
                .evaluated("w1", "r", 2, 2, 2)
                .evaluated("w1", "r", 1, 4, 2)
                .evaluated("w1", "r", 2, 4, 2);

        Entry.Evaluated evaluated = evaluations().get(0);
        assertThat(evaluated.result().rows()).isEqualTo(6);
        assertThat(evaluated.result().loss()).isEqualTo(2.5);
        assertThat(evaluated.result().metrics().accuracy()).isEqualTo(5 / 6.0);
        assertThat(lab.state().droppedFor(DropReason.OUT_OF_ORDER)).isEqualTo(1);
        assertThat(lab.state().droppedFor(DropReason.OTHER_STEP)).isEqualTo(1);
        assertThat(lab.stage("r")).isEqualTo(Stage.UPLOADING);
    }

    @Test
    void rows_from_the_first_on_begin_the_evaluation_again() {
        lab.evaluating("r").evaluated("w1", "r", 2, 0, 5).evaluated("w1", "r", 2, 0, 6);

        assertThat(evaluations().get(0).result().rows()).isEqualTo(6);
    }

    @Test
    void an_evaluation_with_a_class_that_the_model_lacks_fails_the_run() {
        lab.evaluating("r")
                .report(
                        "w1",
                        new WorkerReport.Evaluated(
                                lab.fence("r"),
                                2,
                                new EvaluationPart(0, new float[1], new int[] {2}, new int[] {0}),
                                Optional.empty()));

        assertThat(lab.state().ended().find(new RunName("r")).orElseThrow().reason())
                .isEqualTo(
                        "evaluation row 0 has label 0 and prediction 2, but the model has 2"
                                + " classes");
    }

    @Test
    void an_evaluation_that_ends_early_fails_the_run() {
        lab.evaluating("r")
                .report(
                        "w1",
                        new WorkerReport.Evaluated(
                                lab.fence("r"),
                                2,
                                new EvaluationPart(0, new float[1], new int[1], new int[1]),
                                Optional.of(1.0)));

        assertThat(lab.state().ended().find(new RunName("r")).orElseThrow().reason())
                .isEqualTo(
                        "the worker evaluated rows up to 1 of rows 0 to 6; each must count exactly once");
    }

    @Test
    void files_that_give_no_step_fail_the_run_as_the_users_error() {
        lab.starting("r")
                .report(
                        "w1",
                        new WorkerReport.Trouble(
                                lab.fence("r"),
                                true,
                                OptionalInt.empty(),
                                List.of("train.tsv:1: no label")));

        RunEvent.StatusChanged end =
                (RunEvent.StatusChanged) lab.events("r").get(lab.events("r").size() - 1);
        assertThat(end.userError()).isTrue();
        assertThat(end.problems()).containsExactly("train.tsv:1: no label");
        assertThat(lab.told()).hasSize(1).allMatch(Command.EndRun.class::isInstance);
    }

    private WorkerReport.Reduced reduced(int step, double squaredNorm) {
        return TestReports.reduced(lab.fence("r"), step, 0.5, squaredNorm);
    }

    private List<Commit> commits() {
        return lab.entries().stream()
                .filter(Entry.StepCommitted.class::isInstance)
                .map(entry -> ((Entry.StepCommitted) entry).commit())
                .toList();
    }

    private List<Entry.Evaluated> evaluations() {
        return lab.entries().stream()
                .filter(Entry.Evaluated.class::isInstance)
                .map(Entry.Evaluated.class::cast)
                .toList();
    }

    private List<List<String>> rowNames() {
        return lab.events("r").stream()
                .filter(RunEvent.Logged.class::isInstance)
                .map(event -> ((RunEvent.Logged) event).row().values())
                .map(values -> values.stream().map(LogValue::name).toList())
                .toList();
    }
}
