package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;
import shoal.recipe.Cadence;
import shoal.recipe.Recipe;
import shoal.recipe.SelectionRecipe;

final class SavesTest {
    private static final Duration GIVEN_UP = Bounds.REDIAL.plus(Bounds.TICK);

    @Test
    void the_next_step_opens_when_all_state_is_here_not_when_it_is_sealed() {
        Lab lab = new Lab().saving("r");
        assertThat(lab.told())
                .containsExactly(
                        new Command.CommitStep(lab.fence("r"), commitOf(lab), false),
                        new Command.UploadState(lab.fence("r"), 1, true));

        lab.uploaded("w1", "r", 1);

        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 2));
        assertThat(lab.effectKinds()).contains("SealCheckpoint");
    }

    @Test
    void a_checkpoint_waits_for_the_seal_of_the_one_before() {
        Lab lab = new Lab().saving("r").uploaded("w1", "r", 1).reduced("w1", "r", 2);
        assertThat(lab.effectKinds()).doesNotContain("ReceiveState");

        lab.saved("r", 1);

        assertThat(lab.told()).containsExactly(new Command.UploadState(lab.fence("r"), 2, true));
    }

    @Test
    void a_log_row_that_is_due_behind_a_checkpoint_comes_with_what_is_stored_next() {
        Cadence byEpoch = new Cadence(Cadence.Strategy.EPOCH, 0, false);
        Recipe recipe =
                TestRecipes.saving(
                        TestRecipes.of(4, byEpoch, byEpoch, 1.0),
                        TestRecipes.every(2),
                        SelectionRecipe.last());
        Lab lab = new Lab().attach("w1").submit("r", recipe).ready("w1", "r", 0, 0);
        for (int step = 1; step <= 4; step++) {
            lab.reduced("w1", "r", step);
            if (step % 2 == 0) {
                assertThat(lab.stage("r")).isEqualTo(Stage.SAVING);
                lab.uploaded("w1", "r", step).saved("r", step);
                assertThat(lab.stage("r")).isEqualTo(Stage.EVALUATING);
                lab.evaluated("w1", "r", step, 0, 6);
            }
        }

        assertThat(lab.stage("r")).isEqualTo(Stage.UPLOADING);
        assertThat(
                        lab.events("r").stream()
                                .filter(RunEvent.Logged.class::isInstance)
                                .map(event -> ((RunEvent.Logged) event).row())
                                .map(row -> row.values().get(0).name()))
                .containsExactly("loss", "eval_loss", "loss", "eval_loss", "train_runtime");
        lab.restart();
    }

    @Test
    void the_end_waits_for_the_seal_of_the_last_checkpoint() {
        Lab lab = new Lab().saving("r").uploaded("w1", "r", 1).saved("r", 1).reduced("w1", "r", 2);

        lab.uploaded("w1", "r", 2);

        assertThat(lab.stage("r")).isEqualTo(Stage.SAVING);
        assertThat(lab.saved("r", 2).stage("r")).isEqualTo(Stage.UPLOADING);
    }

    @Test
    void a_lost_worker_s_run_goes_on_from_its_newest_checkpoint() {
        Lab lab = new Lab().saving("r").uploaded("w1", "r", 1).saved("r", 1);

        lab.breakSession("w1").pass(GIVEN_UP).attach("w2");

        Command.StartRun start = (Command.StartRun) lab.told().get(0);
        assertThat(start.step()).isEqualTo(1);
        assertThat(start.submission().artefacts()).isEqualTo(Lab.checkpoint(1));
        lab.ready("w2", "r", 1, 0);
        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 2));
        assertThat(lab.events("r").stream().filter(RunEvent.Logged.class::isInstance)).hasSize(1);
        lab.restart();
    }

    @Test
    void a_run_that_saves_the_model_alone_begins_anew_when_its_worker_is_lost() {
        SelectionRecipe alone = new SelectionRecipe("", false, false, 0, 0, 0, true);
        Recipe saving = TestRecipes.saving(2, 1, 0, 1);
        Lab lab =
                new Lab()
                        .attach("w1")
                        .submit("r", TestRecipes.saving(saving, saving.saving(), alone))
                        .ready("w1", "r", 0, 0)
                        .reduced("w1", "r", 1)
                        .uploaded("w1", "r", 1)
                        .saved("r", 1);
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);

        lab.breakSession("w1").pass(GIVEN_UP).attach("w2");

        Command.StartRun start = (Command.StartRun) lab.told().get(0);
        assertThat(start.step()).isZero();
        lab.ready("w2", "r", 0, 0);
        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 1));
        lab.reduced("w2", "r", 1).uploaded("w2", "r", 1).saved("r", 1);
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
        lab.restart();
    }

    @Test
    void a_run_that_reaches_a_new_checkpoint_may_lose_its_worker_as_often_again() {
        Lab lab = new Lab().saving("r");
        for (int life = 0; life < Bounds.RESTARTS; life++) {
            lab.breakSession("w1").pass(GIVEN_UP).attach("w1").ready("w1", "r", 0, 0);
            lab.reduced("w1", "r", 1);
        }

        lab.uploaded("w1", "r", 1).saved("r", 1);
        for (int life = 0; life < Bounds.RESTARTS; life++) {
            lab.breakSession("w1").pass(GIVEN_UP).attach("w1").ready("w1", "r", 1, 0);
        }
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);

        lab.breakSession("w1").pass(GIVEN_UP);
        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.state().ended().find(new RunName("r")).orElseThrow().reason())
                .contains("started again 3 times before from checkpoint-1");
    }

    @Test
    void a_step_that_is_done_again_must_give_what_is_stored() {
        Lab lab = new Lab().stepping("r").reduced("w1", "r", 1);
        lab.breakSession("w1").pass(GIVEN_UP).attach("w2").ready("w2", "r", 0, 0);

        lab.report("w2", TestReports.reduced(lab.fence("r"), 1, 0.75, 4));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        RunEvent.StatusChanged end =
                (RunEvent.StatusChanged) lab.events("r").get(lab.events("r").size() - 1);
        assertThat(end.reason())
                .startsWith(
                        "step 1 was done again after a worker was lost, and gave loss 0.75 and"
                                + " gradient norm 2.0; stored are 1.0 and 2.0.");
    }

    @Test
    void a_step_that_is_done_again_and_gives_the_same_counts() {
        Lab lab = new Lab().stepping("r").reduced("w1", "r", 1);
        lab.breakSession("w1").pass(GIVEN_UP).attach("w2").ready("w2", "r", 0, 0);

        assertThat(lab.reduced("w2", "r", 1).stage("r")).isEqualTo(Stage.STEPPING);
    }

    @Test
    void a_checkpoint_that_cannot_be_written_fails_the_run_and_names_it() {
        Lab lab = new Lab().saving("r").uploaded("w1", "r", 1).saveFails("r", 1);

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.events("r"))
                .contains(
                        new RunEvent.StatusChanged(
                                RunStatus.FAILED,
                                "checkpoint-1 cannot be written",
                                List.of("out: disk full"),
                                false));
    }

    @Test
    void a_submitted_run_that_goes_on_opens_the_step_after_its_checkpoint() {
        TrainingLog log = new TrainingLog(1, 1, 0, 1, OptionalDouble.of(2), 1e-3, 0);
        Lab lab = new Lab().attach("w1");
        lab.apply(
                new Event.Submitted(
                        new RequestId(99),
                        Optional.of(new RunName("r")),
                        new Submission(
                                TestRecipes.of(2, 1, 0),
                                "{}",
                                Lab.checkpoint(1),
                                Demand.ONE,
                                Optional.of(new ResumePoint(log, List.of(), Selection.none())))));

        lab.ready("w1", "r", 1, 0);

        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 2));
        lab.restart();
    }

    @Test
    void a_run_that_fails_for_want_of_workers_names_the_checkpoint_to_go_on_from() {
        Lab lab = new Lab().saving("r").uploaded("w1", "r", 1).saved("r", 1);

        lab.breakSession("w1").pass(Bounds.REDIAL.plus(Bounds.TICK)).pass(Bounds.WORKER_WAIT);

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.words())
                .anyMatch(
                        words ->
                                words.startsWith(
                                                "waits for a free worker, for 600 s. Start workers")
                                        && words.contains(
                                                "to go on from checkpoint-1, or give it"));
    }

    @Test
    void a_run_that_gets_no_better_ends_early_and_says_so_in_its_checkpoint() {
        SelectionRecipe patient = new SelectionRecipe("loss", false, true, 1, 0, 0);
        Cadence each = TestRecipes.every(1);
        Lab lab =
                new Lab()
                        .attach("w1")
                        .submit("r", TestRecipes.saving(TestRecipes.of(5, 1, 1), each, patient))
                        .ready("w1", "r", 0, 0);
        for (int step = 1; step <= 2; step++) {
            lab.reduced("w1", "r", step).evaluated("w1", "r", step, 0, 6);
            lab.uploaded("w1", "r", step).saved("r", step);
        }

        assertThat(lab.stage("r")).isEqualTo(Stage.UPLOADING);
        lab.uploaded("w1", "r", 2);
        Effect.SealOutput seal = (Effect.SealOutput) lab.effects().get(lab.effects().size() - 1);
        assertThat(seal.weightsOf()).isEqualTo(1);
        assertThat(seal.ledger().step()).isEqualTo(2);
    }

    private static Commit commitOf(Lab lab) {
        return lab.state()
                .run(new RunName("r"))
                .phase()
                .attempt()
                .flatMap(attempt -> attempt.ledger().last())
                .orElseThrow();
    }
}
