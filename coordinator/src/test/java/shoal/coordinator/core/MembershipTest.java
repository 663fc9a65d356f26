package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestReports;
import shoal.plan.step.EvaluationDeal;

/** Workers come, break, come back and are given up. */
final class MembershipTest {
    private final Lab lab = new Lab();

    @Test
    void a_worker_is_admitted_and_gets_the_oldest_run() {
        lab.submit("older").submit("newer").attach("w1");

        assertThat(lab.stage("older")).isEqualTo(Stage.STARTING);
        assertThat(lab.stage("newer")).isEqualTo(Stage.QUEUED);
        assertThat(lab.effectKinds()).contains("Admit", "Tell");
        assertThat(lab.told())
                .containsExactly(
                        new Command.StartRun(
                                lab.fence("older"),
                                lab.state().run(new RunName("older")).spec().submission(),
                                lab.crew("older"),
                                0,
                                0));
    }

    @Test
    void a_free_worker_serves_run_after_run() {
        lab.submit("first").submit("second");
        lab.attach("w1").ready("w1", "first", 0, 0).cancel("first");

        assertThat(lab.stage("first")).isEqualTo(Stage.CANCELLED);
        assertThat(lab.stage("second")).isEqualTo(Stage.STARTING);
    }

    @Test
    void another_process_of_an_attached_worker_is_refused() {
        lab.attach("w1").attach("other", "w1", "second", Optional.empty());

        assertThat(lab.effects())
                .containsExactly(
                        new Effect.CloseSession(
                                new SessionId("other"),
                                Effect.CloseSession.Why.REFUSED,
                                "worker w1 is attached from process 7 on here. Give this one"
                                        + " another --work-dir, or stop that process"));
    }

    @Test
    void a_worker_that_gives_other_bits_than_those_here_is_refused_by_name_of_its_operator() {
        lab.attach("w1").attachOther("w2", TestReports.facts("w2", "other bits"));

        assertThat(lab.effects())
                .containsExactly(
                        new Effect.CloseSession(
                                new SessionId("w2"),
                                Effect.CloseSession.Why.UNFIT,
                                "on here the operator probe gives other bits than on here (worker"
                                        + " w1, which is here already): the first that differs is"
                                        + " \"gelu\". A run's workers need the same kind of CPU and"
                                        + " the same native libraries. Use a machine of that kind;"
                                        + " or start all workers with ONEDNN_MAX_CPU_ISA and"
                                        + " ATEN_CPU_CAPABILITY set to what every CPU has; or give"
                                        + " this machine a coordinator of its own"));
        assertThat(lab.state().workers().find(new WorkerName("w2"))).isEmpty();
    }

    @Test
    void another_kind_of_machine_may_come_when_the_others_have_left() {
        lab.attach("w1").breakSession("w1");
        lab.attachOther("w2", TestReports.facts("w2", "other bits"));

        assertThat(lab.effectKinds()).containsExactly("Admit", "LookFor");
    }

    @Test
    void a_redial_replaces_the_stream_that_is_not_known_to_be_broken() {
        lab.stepping("r").redial("again", "w1", 0, 0).ready("again", "r", 0, 0);

        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 1));
        lab.reduced("w1", "r", 1);
        assertThat(lab.state().droppedFor(DropReason.ENDED_SESSION)).isEqualTo(1);
        lab.reduced("again", "r", 1);
        assertThat(lab.state().run(new RunName("r")).step()).isEqualTo(1);
    }

    @Test
    void a_commit_that_may_be_lost_is_sent_again_with_the_same_factors() {
        lab.stepping("r").reduced("w1", "r", 1);
        Command sent = lab.told().get(0);

        lab.breakSession("w1").pass(Duration.ofSeconds(3)).redial("again", "w1", 0, 1);
        assertThat(lab.told()).isEmpty();
        lab.ready("again", "r", 0, 1);

        assertThat(lab.told()).containsExactly(sent);
    }

    @Test
    void a_worker_that_applied_the_commit_opens_the_next_step() {
        lab.stepping("r").reduced("w1", "r", 1).breakSession("w1");

        lab.redial("again", "w1", 1, 2).ready("again", "r", 1, 2);

        assertThat(lab.told()).containsExactly(new Command.OpenStep(lab.fence("r"), 2));
    }

    @Test
    void what_a_worker_says_before_it_says_where_it_is_is_dropped() {
        lab.stepping("r").breakSession("w1").redial("again", "w1", 0, 1).reduced("again", "r", 1);

        assertThat(lab.state().droppedFor(DropReason.NOT_RECONCILED)).isEqualTo(1);
        assertThat(lab.state().run(new RunName("r")).step()).isZero();
    }

    @Test
    void an_evaluation_begins_again_after_a_redial() {
        lab.evaluating("r").evaluated("w1", "r", 2, 0, 4).breakSession("w1");

        lab.redial("again", "w1", 2, 2).ready("again", "r", 2, 2);

        assertThat(lab.told())
                .containsExactly(
                        new Command.Evaluate(lab.fence("r"), 2, new EvaluationDeal.Rows(0, 6)));
        lab.evaluated("again", "r", 2, 4, 2);
        assertThat(lab.state().droppedFor(DropReason.OUT_OF_ORDER)).isEqualTo(1);
        lab.evaluated("again", "r", 2, 0, 6);
        assertThat(lab.stage("r")).isEqualTo(Stage.UPLOADING);
    }

    @Test
    void a_commit_before_an_evaluation_is_sent_again_with_the_evaluation() {
        lab.evaluating("r").breakSession("w1").redial("again", "w1", 1, 2);

        lab.ready("again", "r", 1, 2);

        assertThat(lab.told())
                .extracting(command -> command.getClass().getSimpleName())
                .containsExactly("CommitStep", "Evaluate");
    }

    @Test
    void an_upload_begins_again_after_a_redial() {
        lab.uploading("r").breakSession("w1").redial("again", "w1", 2, 2);

        lab.ready("again", "r", 2, 2);

        assertThat(lab.told()).containsExactly(new Command.UploadState(lab.fence("r"), 2, false));
        assertThat(lab.effectKinds()).contains("ReceiveState");
    }

    @Test
    void a_worker_that_is_behind_what_is_committed_starts_the_run_again() {
        lab.stepping("r").reduced("w1", "r", 1).breakSession("w1").redial("again", "w1", 0, 0);

        lab.ready("again", "r", 0, 0);

        assertThat(lab.words())
                .contains(
                        "worker w1 is at step 0 and holds the gradient of step 0, but step 1 is"
                                + " committed; the run goes on from its first step on the next"
                                + " free worker");
        assertThat(lab.fence("r").generation()).isEqualTo(2);
        assertThat(lab.stage("r")).isEqualTo(Stage.STARTING);
        assertThat(lab.events("r")).contains(restarted(2));
    }

    private static RunEvent restarted(long generation) {
        return new RunEvent.Restarted(
                "worker w1 is at step 0 and holds the gradient of step 0, but step 1 is"
                        + " committed",
                generation,
                0);
    }

    @Test
    void a_run_whose_worker_is_lost_starts_again_on_the_next_free_one() {
        lab.stepping("r").reduced("w1", "r", 1).attach("w2").breakSession("w1");
        keepAlive("w2", Bounds.REDIAL.plusSeconds(1));

        assertThat(lab.stage("r")).isEqualTo(Stage.STARTING);
        assertThat(lab.state().run(new RunName("r")).workers()).containsExactly("w2");
        assertThat(lab.fence("r").generation()).isEqualTo(2);
        lab.ready("w2", "r", 0, 0).reduced("w2", "r", 1);
        assertThat(lab.state().run(new RunName("r")).step()).isEqualTo(1);
    }

    @Test
    void a_worker_that_listens_no_more_is_not_waited_for() {
        lab.stepping("r").attach("w2").looked("w1", true).breakSession("w1");
        assertThat(lab.effects()).contains(lookFor("w1"));
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);

        lab.looked("w1", false);

        assertThat(lab.state().run(new RunName("r")).workers()).containsExactly("w2");
        assertThat(lab.words())
                .contains(
                        "worker w1 has ended: its stream broke, and nothing listens at w1:1 any"
                                + " more");
    }

    @Test
    void a_worker_that_is_lost_and_still_listens_is_waited_for_and_looked_for_again() {
        lab.stepping("r").attach("w2").looked("w1", true).breakSession("w1").looked("w1", true);

        lab.pass(Bounds.TICK);

        assertThat(lab.effects()).contains(lookFor("w1"));
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
        assertThat(lab.state().run(new RunName("r")).workers()).containsExactly("w1");
    }

    /** A firewall that refuses instead of the worker says nothing about it. */
    @Test
    void refusals_count_only_where_a_connection_was_taken_before_and_the_stream_broke() {
        lab.stepping("r").attach("w2").looked("w1", false).breakSession("w1").looked("w1", false);
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);

        lab.attach("again", "w1", "first", Lab.held(lab.fence("r"), 0, 1));
        lab.looked("w1", true).looked("w1", false);
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
    }

    private static Effect lookFor(String worker) {
        return new Effect.LookFor(process(worker), worker + ":1");
    }

    private static WorkerProcess process(String worker) {
        return new WorkerProcess(new WorkerName(worker), "first");
    }

    @Test
    void a_worker_that_comes_back_too_late_frees_what_it_holds() {
        lab.stepping("r");
        Fence old = lab.fence("r");
        lab.breakSession("w1").pass(Bounds.REDIAL.plusSeconds(1));

        lab.attach("again", "w1", "first", Lab.held(old, 1, 1));

        assertThat(lab.told().get(0).fence()).isEqualTo(old);
        assertThat(lab.told().get(0)).isInstanceOf(Command.EndRun.class);
        assertThat(lab.told().get(1)).isInstanceOf(Command.StartRun.class);
        assertThat(lab.told().get(1).fence().generation()).isEqualTo(2);
    }

    @Test
    void another_process_of_a_lost_worker_starts_the_run_again_at_once() {
        lab.stepping("r").breakSession("w1").attach("new", "w1", "second", Optional.empty());

        assertThat(lab.stage("r")).isEqualTo(Stage.STARTING);
        assertThat(lab.fence("r").generation()).isEqualTo(2);
        assertThat(lab.words())
                .contains("worker w1 came back as another process; what it held is gone");
    }

    @Test
    void a_worker_that_lost_its_start_is_told_again() {
        lab.starting("r").breakSession("w1").attach("again", "w1", "first", Optional.empty());

        assertThat(lab.told()).hasSize(1).allMatch(Command.StartRun.class::isInstance);
        assertThat(lab.fence("r").generation()).isEqualTo(1);
    }

    @Test
    void a_silent_worker_is_lost_and_an_idle_one_is_forgotten() {
        lab.stepping("r").attach("idle").pass(Bounds.SILENCE.plus(Bounds.TICK));

        assertThat(lab.state().workers().find(new WorkerName("idle"))).isEmpty();
        assertThat(lab.state().workers().find(new WorkerName("w1")).orElseThrow().link())
                .isInstanceOf(Worker.Lost.class);
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
    }

    @Test
    void heartbeats_keep_a_worker() {
        lab.stepping("r");
        keepAlive("w1", Duration.ofSeconds(30));

        assertThat(lab.state().workers().find(new WorkerName("w1")).orElseThrow().session())
                .isPresent();
    }

    @Test
    void a_coordinator_that_slept_blames_nobody() {
        lab.stepping("r").pass(Bounds.TICK).sleep(Duration.ofHours(1));

        assertThat(lab.state().workers().find(new WorkerName("w1")).orElseThrow().session())
                .isPresent();
    }

    @Test
    void a_worker_that_dies_after_its_upload_does_not_matter() {
        lab.sealing("r").breakSession("w1").pass(Bounds.REDIAL.plusSeconds(1)).sealed("r");

        assertThat(lab.stage("r")).isEqualTo(Stage.DONE);
    }

    @Test
    void a_run_that_loses_workers_too_often_fails_and_says_so() {
        lab.submit("r");
        for (int life = 0; life <= Bounds.RESTARTS; life++) {
            lab.attach("s" + life, "w1", "i" + life, Optional.empty()).breakSession("s" + life);
        }
        lab.pass(Bounds.REDIAL.plusSeconds(1));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(lab.state().ended().find(new RunName("r")).orElseThrow().reason())
                .contains("started again 3 times before");
    }

    private void keepAlive(String session, Duration time) {
        for (Duration passed = Duration.ZERO;
                passed.compareTo(time) < 0;
                passed = passed.plus(Bounds.TICK)) {
            lab.apply(new Event.Heartbeat(new SessionId(session))).pass(Bounds.TICK);
        }
    }
}
