package shoal.worker.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Scenarios as transcripts: what happens, what the worker does. */
final class WorkerCoreTest {
    private final Script worker = new Script();

    @Test
    void a_run_is_loaded_computed_evaluated_uploaded_and_released() {
        worker.attached();

        assertThat(worker.start("r", 1)).containsExactly("load r/1");
        assertThat(worker.loaded()).containsExactly("send ready r/1 applied=0 reduced=0");
        assertThat(worker.open(1)).containsExactly("reduce 1");
        assertThat(worker.reduced(1)).containsExactly("send reduced r/1 step=1");
        assertThat(worker.commit(1, true)).containsExactly("apply 1", "reduce 2");
        assertThat(worker.applied(1)).isEmpty();
        assertThat(worker.reduced(2)).containsExactly("send reduced r/1 step=2");
        assertThat(worker.commit(2, false)).containsExactly("apply 2");
        assertThat(worker.evaluate(2)).containsExactly("evaluate 2");
        assertThat(worker.applied(2)).isEmpty();
        assertThat(worker.evaluated(2, 0)).containsExactly("send rows r/1 step=2 first=0");
        assertThat(worker.upload(2)).containsExactly("upload r/1 step=2");
        assertThat(worker.uploaded(2)).containsExactly("send uploaded r/1 step=2");
        assertThat(worker.end("r", 1)).containsExactly("release");
        assertThat(worker.start("s", 1)).containsExactly("load s/1");
    }

    @Test
    void a_message_of_an_older_generation_changes_nothing_but_is_counted() {
        worker.holding("r", 3);
        WorkerState before = worker.state();

        List<String> actions = worker.openUnder("r", 2, 1);

        assertThat(actions).isEmpty();
        assertThat(worker.state().run()).isEqualTo(before.run());
        assertThat(worker.state().staleMessages()).isEqualTo(before.staleMessages() + 1);
        assertThat(worker.reason()).contains("stale").contains("generation=2");
    }

    @Test
    void messages_about_a_run_that_is_not_held_are_dropped() {
        worker.holding("r", 1);

        assertThat(worker.openUnder("other", 9, 1)).isEmpty();
        assertThat(worker.end("other", 9)).isEmpty();
        assertThat(worker.state().staleMessages()).isEqualTo(2);
    }

    @Test
    void a_newer_generation_of_the_held_run_is_adopted() {
        worker.holding("r", 1);

        assertThat(worker.openUnder("r", 2, 1)).containsExactly("reduce 1");
        assertThat(worker.reduced(1)).containsExactly("send reduced r/2 step=1");
    }

    @Test
    void a_commit_received_twice_is_applied_once() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);

        assertThat(worker.commit(1, false)).containsExactly("apply 1");
        assertThat(worker.commit(1, false)).isEmpty();
        worker.applied(1);
        assertThat(worker.commit(1, false)).isEmpty();
    }

    @Test
    void a_repeated_commit_that_opens_the_next_step_opens_it_once() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);
        worker.commit(1, false);
        worker.applied(1);

        assertThat(worker.commit(1, true)).containsExactly("reduce 2");
        assertThat(worker.commit(1, true)).isEmpty();
    }

    @Test
    void a_measure_asked_for_twice_is_done_once_and_reported_again() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);

        assertThat(worker.measure(1, 0.5)).containsExactly("measure 1 clip=0.5");
        assertThat(worker.measure(1, 0.5)).isEmpty();
        assertThat(worker.measured(1)).containsExactly("send measured r/1 step=1");
        assertThat(worker.measure(1, 0.5)).containsExactly("send measured r/1 step=1");
        assertThat(worker.measure(1, 0.25)).containsExactly("measure 1 clip=0.25");
    }

    @Test
    void a_measure_survives_a_redial_and_ends_with_its_commit() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);
        worker.measure(1, 0.5);
        worker.detached();
        assertThat(worker.measured(1)).isEmpty();

        assertThat(worker.attached())
                .containsExactly("send ready r/1 applied=0 reduced=1", "send reduced r/1 step=1");
        assertThat(worker.measure(1, 0.5)).containsExactly("send measured r/1 step=1");
        assertThat(worker.commit(1, true)).containsExactly("apply 1", "reduce 2");
        assertThat(worker.measure(1, 0.5)).isEmpty();
    }

    @Test
    void a_measure_without_a_gradient_ends_the_run() {
        worker.holding("r", 1);
        worker.open(1);

        assertThat(worker.measure(1, 1).toString())
                .contains("MeasureStep 1 came while the worker is at step 0");
    }

    @Test
    void a_step_opened_twice_is_computed_once_and_reported_again() {
        worker.holding("r", 1);

        assertThat(worker.open(1)).containsExactly("reduce 1");
        assertThat(worker.open(1)).isEmpty();
        worker.reduced(1);
        assertThat(worker.open(1)).containsExactly("send reduced r/1 step=1");
    }

    @Test
    void a_redial_says_where_the_run_stands_and_repeats_the_report_that_was_not_committed() {
        worker.holding("r", 1);
        worker.open(1);
        worker.detached();

        assertThat(worker.reduced(1)).isEmpty();
        assertThat(worker.state().heldRun().orElseThrow().getReducedStep()).isEqualTo(1);
        assertThat(worker.attached())
                .containsExactly("send ready r/1 applied=0 reduced=1", "send reduced r/1 step=1");
    }

    @Test
    void a_redial_while_an_update_runs_takes_the_repeated_commit_for_done() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);
        worker.commit(1, true);
        worker.detached();

        assertThat(worker.attached()).containsExactly("send ready r/1 applied=0 reduced=1");
        assertThat(worker.commit(1, true)).isEmpty();
        worker.applied(1);
        assertThat(worker.reduced(2)).containsExactly("send reduced r/1 step=2");
    }

    @Test
    void a_redial_while_loading_says_nothing_until_loaded() {
        worker.attached();
        worker.start("r", 1);
        worker.detached();

        assertThat(worker.attached()).isEmpty();
        assertThat(worker.start("r", 1)).isEmpty();
        assertThat(worker.loaded()).containsExactly("send ready r/1 applied=0 reduced=0");
    }

    @Test
    void an_evaluation_asked_for_again_begins_at_its_first_row_without_computing_again() {
        worker.holding("r", 1);
        worker.evaluate(0);
        worker.evaluated(0, 0);
        worker.detached();
        worker.evaluated(0, 10);
        worker.attached();

        assertThat(worker.evaluate(0))
                .containsExactly("send rows r/1 step=0 first=0", "send rows r/1 step=0 first=10");
        assertThat(worker.evaluated(0, 20)).containsExactly("send rows r/1 step=0 first=20");
    }

    @Test
    void an_upload_asked_for_again_begins_again_once_the_first_is_over() {
        worker.holding("r", 1);

        assertThat(worker.upload(0)).containsExactly("upload r/1 step=0");
        assertThat(worker.upload(0)).isEmpty();
        assertThat(worker.uploadLost(0)).containsExactly("upload r/1 step=0");
        assertThat(worker.upload(0)).isEmpty();
        assertThat(worker.uploaded(0)).containsExactly("upload r/1 step=0");
        assertThat(worker.uploaded(0)).containsExactly("send uploaded r/1 step=0");
    }

    @Test
    void a_lost_upload_waits_until_the_coordinator_asks_again() {
        worker.holding("r", 1);
        worker.upload(0);

        assertThat(worker.uploadLost(0)).isEmpty();
        assertThat(worker.reason()).contains("broke off");
        assertThat(worker.upload(0)).containsExactly("upload r/1 step=0");
    }

    @Test
    void trouble_releases_the_run_and_is_said_again_after_a_redial() {
        worker.holding("r", 1);
        worker.open(1);

        assertThat(worker.failed(true, "data.tsv:3: no label"))
                .containsExactly("release", "send trouble r/1 user=true [data.tsv:3: no label]");
        worker.detached();
        assertThat(worker.attached())
                .containsExactly("send trouble r/1 user=true [data.tsv:3: no label]");
        assertThat(worker.end("r", 1)).containsExactly("release");
        assertThat(worker.start("r", 2)).containsExactly("load r/2");
    }

    @Test
    void a_lost_peer_is_told_as_such_and_the_run_loaded_again_under_a_newer_generation() {
        worker.holding("r", 1);

        assertThat(worker.lostPeer(1))
                .containsExactly("release", "send trouble r/1 user=false peer=1 [it is silent]");
        assertThat(worker.end("r", 1)).containsExactly("release");
        assertThat(worker.start("r", 2)).containsExactly("load r/2");
    }

    @Test
    void a_troubled_run_is_loaded_again_under_a_newer_generation() {
        worker.holding("r", 1);
        worker.failed(false, "out of disk");

        assertThat(worker.start("r", 1))
                .containsExactly("send trouble r/1 user=false [out of disk]");
        assertThat(worker.start("r", 2)).containsExactly("release", "load r/2");
    }

    @Test
    void another_run_replaces_the_held_one_and_late_results_are_dropped() {
        worker.holding("r", 1);
        worker.open(1);
        long oldLoad = worker.state().loads();

        assertThat(worker.start("s", 1)).containsExactly("release", "load s/1");
        assertThat(worker.event(new Event.Applied(oldLoad, 1))).isEmpty();
        assertThat(worker.event(new Event.Failed(oldLoad, false, List.of("late")))).isEmpty();
        assertThat(worker.state().run()).isInstanceOf(RunState.Loading.class);
    }

    @Test
    void starting_the_held_run_again_asks_where_it_stands() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);

        assertThat(worker.start("r", 1))
                .containsExactly("send ready r/1 applied=0 reduced=1", "send reduced r/1 step=1");
    }

    @Test
    void starting_the_held_run_under_a_newer_generation_begins_at_its_first_step() {
        worker.holding("r", 1);
        worker.open(1);
        worker.reduced(1);

        assertThat(worker.start("r", 2)).containsExactly("release", "load r/2");
        assertThat(worker.start("r", 1)).isEmpty();
        assertThat(worker.loaded()).containsExactly("send ready r/2 applied=0 reduced=0");
    }

    @Test
    void a_newer_generation_while_loading_goes_on_loading() {
        worker.attached();
        worker.start("r", 1);

        assertThat(worker.start("r", 2)).isEmpty();
        assertThat(worker.loaded()).containsExactly("send ready r/2 applied=0 reduced=0");
    }

    @Test
    void an_order_that_skips_a_step_ends_the_run_with_what_was_expected() {
        worker.holding("r", 1);

        List<String> actions = worker.open(3);

        assertThat(actions).hasSize(2).first().isEqualTo("release");
        assertThat(actions.get(1)).contains("OpenStep 3").contains("expected step 1");
    }

    @Test
    void a_commit_without_a_gradient_ends_the_run() {
        worker.holding("r", 1);
        worker.open(1);

        assertThat(worker.commit(1, false).get(1)).contains("CommitStep 1").contains("(0)");
    }

    @Test
    void an_evaluation_or_upload_of_another_step_ends_the_run() {
        worker.holding("r", 1);
        assertThat(worker.evaluate(1).get(1)).contains("Evaluate 1").contains("expected step 0");

        worker.end("r", 1);
        worker.start("r", 2);
        worker.loaded();
        assertThat(worker.upload(4).get(1)).contains("UploadState 4").contains("expected step 0");
    }

    @Test
    void orders_before_the_run_is_loaded_are_dropped() {
        worker.attached();
        worker.start("r", 1);

        assertThat(worker.open(1)).isEmpty();
        assertThat(worker.state().staleMessages()).isEqualTo(1);
    }

    @Test
    void ending_a_run_while_it_loads_releases_it() {
        worker.attached();
        worker.start("r", 1);

        assertThat(worker.end("r", 1)).containsExactly("release");
        assertThat(worker.loaded()).isEmpty();
        assertThat(worker.state().heldRun()).isEmpty();
    }
}
