package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.plan.step.EvaluationDeal;

/** Runs of several workers. */
final class CrewTest {
    private static final Duration WAIT = Duration.ofMinutes(1);
    private static final Demand TWO = new Demand(2, 2, WAIT);

    private final Lab lab = new Lab();

    @Test
    void a_run_waits_for_as_many_workers_as_it_needs_and_says_what_it_has() {
        lab.submit("r", TestRecipes.of(2, 1, 2), TWO).attach("w1");

        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(reason())
                .isEqualTo("waits for 2 free workers, has w1; 1 more must join within 60 s");

        lab.attach("w2");

        assertThat(lab.stage("r")).isEqualTo(Stage.STARTING);
        assertThat(lab.told())
                .containsExactly(
                        new Command.StartRun(lab.fence("r"), submission(), lab.crew("r"), 0, 0),
                        new Command.StartRun(lab.fence("r"), submission(), lab.crew("r"), 1, 0));
    }

    @Test
    void a_younger_run_does_not_overtake_one_that_waits_for_more_workers() {
        lab.submit("r", TestRecipes.of(2, 1, 2), TWO).submit("younger").attach("w1");

        assertThat(lab.stage("younger")).isEqualTo(Stage.QUEUED);
    }

    @Test
    void a_run_takes_what_is_there_between_its_least_and_most() {
        lab.attach("w1").attach("w2").attach("w3").attach("w4");
        lab.submit("r", TestRecipes.of(2, 1, 2), new Demand(1, 3, Duration.ofMinutes(1)));

        assertThat(lab.crew("r").names()).containsExactly("w1", "w2", "w3");
    }

    @Test
    void a_run_that_could_start_lets_more_join_for_a_while() {
        lab.attach("w1").submit("r", TestRecipes.of(2, 1, 2), new Demand(1, 3, WAIT));
        lab.submit("younger");
        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(reason())
                .isEqualTo("starts with w1 unless more of 1 to 3 workers join within 5 s");

        beating("w1", Duration.ofSeconds(3));
        lab.attach("w2");
        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        beating("w1", Duration.ofSeconds(2));

        assertThat(lab.crew("r").names()).containsExactly("w1", "w2");
        assertThat(lab.stage("younger")).isEqualTo(Stage.QUEUED);
    }

    @Test
    void a_run_starts_at_once_with_the_most_that_it_takes() {
        lab.attach("w1").submit("r", TestRecipes.of(2, 1, 2), new Demand(1, 2, WAIT));
        lab.attach("w2");

        assertThat(lab.crew("r").names()).containsExactly("w1", "w2");
    }

    @Test
    void a_run_that_never_had_enough_workers_says_what_is_missing_and_fails_in_time() {
        lab.attach("w1").submit("r", TestRecipes.of(2, 1, 2), new Demand(3, 4, WAIT));
        assertThat(reason())
                .isEqualTo("waits for 3 free workers, has w1; 2 more must join within 60 s");

        beating("w1", WAIT.plus(Bounds.TICK));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(end())
                .isEqualTo(
                        "waits for 3 free workers, has w1, for 60 s. Start workers and submit it"
                                + " again, or give it a longer --worker_wait");
    }

    @Test
    void a_run_that_waits_for_busy_workers_waits_as_long_as_they_are() {
        lab.attach("w1").submit("first").submit("r", TestRecipes.of(2, 1, 2), Demand.ONE);

        beating("w1", Bounds.WORKER_WAIT.plus(Bounds.TICK));

        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
    }

    @Test
    void after_its_first_generation_a_run_keeps_to_the_bits_of_its_first_worker() {
        lab.attach("w1").submit("r").ready("w1", "r", 0, 0);

        lab.breakSession("w1");
        lab.attachOther("other", TestReports.facts("other", "other bits"));
        beating("other", Bounds.REDIAL.plus(Bounds.TICK));

        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(reason())
                .isEqualTo(
                        "waits for a free worker; worker other gives other bits: its gelu differs; 1 more"
                                + " must join within 600 s");
        lab.breakSession("other").restart();
        lab.attach("w1");
        assertThat(lab.crew("r").names()).containsExactly("w1");
    }

    @Test
    void a_worker_without_an_address_serves_alone() {
        lab.attachOther("w1", WorkerFacts.of("here", 1, 1));
        lab.attachOther("w2", WorkerFacts.of("here", 2, 1));
        lab.submit("r", TestRecipes.of(2, 1, 2), TWO);
        assertThat(reason()).contains("worker w1 has no address for other workers");

        lab.cancel("r").submit("alone");

        assertThat(lab.stage("alone")).isEqualTo(Stage.STARTING);
    }

    @Test
    void training_begins_when_all_have_loaded_and_found_the_same() {
        pair().ready("w1", "r", 0, 0);
        assertThat(lab.stage("r")).isEqualTo(Stage.STARTING);

        lab.ready("w2", "r", 0, 0);

        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
        assertThat(lab.told())
                .containsExactly(
                        new Command.OpenStep(lab.fence("r"), 1),
                        new Command.OpenStep(lab.fence("r"), 1));
        assertThat(lab.events("r").stream().filter(RunEvent.Notice.class::isInstance)).hasSize(1);
    }

    @Test
    void workers_that_found_other_things_in_the_same_files_fail_the_run() {
        pair().ready("w1", "r", 0, 0);

        lab.report("w2", ready(new LoadFacts(8, 6, 3, 100), TestReports.deal(1)));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(end()).startsWith("workers w1 and w2 read other things from the same files");
    }

    @Test
    void workers_that_disagree_on_shards_fail_the_run() {
        pair().ready("w1", "r", 0, 0);

        lab.report("w2", ready(Lab.FACTS, new Hash("1".repeat(64))));

        assertThat(end()).isEqualTo("workers w1 and w2 disagree on who owns which blocks");
    }

    @Test
    void a_step_is_committed_with_the_last_part_and_its_sums_know_no_order() {
        stepping().part("w2", "r", 1, 1, 2).part("w2", "r", 1, 1, 2);
        assertThat(lab.state().run(new RunName("r")).step()).isZero();

        lab.part("w1", "r", 1, 0, 2);

        Command.CommitStep commit = (Command.CommitStep) lab.told().get(0);
        assertThat(lab.told()).hasSize(2).containsOnly(commit);
        assertThat(commit.commit().loss()).isEqualTo(TestReports.loss(1));
        assertThat(commit.commit().norm()).isEqualTo(TestReports.norm(1));
        assertThat(commit.commit().tokens()).isEqualTo(20);
        assertThat(commit.commit().flos()).isEqualTo(TestReports.FLOS);
    }

    @Test
    void a_row_that_two_workers_computed_fails_the_run() {
        stepping().part("w1", "r", 1, 0, 2).part("w2", "r", 1, 0, 2);

        assertThat(end()).isEqualTo("row 0 was computed twice in a step");
    }

    @Test
    void a_row_that_nobody_computed_fails_the_run() {
        stepping().part("w1", "r", 1, 0, 2);

        StepSums sums = TestReports.part(1, 3, 4);
        lab.report("w2", new WorkerReport.Reduced(lab.fence("r"), 1, withDeal(sums, 2)));

        assertThat(end()).isEqualTo("its workers computed 3 rows of a step that has 4");
    }

    @Test
    void workers_that_dealt_a_step_differently_fail_the_run() {
        stepping().part("w1", "r", 1, 0, 2);

        StepSums sums = TestReports.part(1, 1, 2);
        lab.report("w2", new WorkerReport.Reduced(lab.fence("r"), 1, withDeal(sums, 9)));

        assertThat(end()).isEqualTo("its workers dealt the rows of a step in 2 ways");
    }

    @Test
    void workers_that_found_other_lengths_in_the_same_rows_fail_the_run() {
        stepping().part("w1", "r", 1, 0, 2);

        StepSums sums = TestReports.part(1, 1, 2);
        StepSums longer = with(sums, sums.flos() + 6, sums.deal());
        lab.report("w2", new WorkerReport.Reduced(lab.fence("r"), 1, longer));

        assertThat(end()).isEqualTo("its workers found different lengths of a step's rows");
    }

    @Test
    void evaluation_rows_count_in_row_order_whoever_is_faster() {
        evaluating();
        assertThat(lab.told().subList(2, 4))
                .containsExactly(
                        new Command.Evaluate(lab.fence("r"), 2, new EvaluationDeal.Rows(0, 4)),
                        new Command.Evaluate(lab.fence("r"), 2, new EvaluationDeal.Rows(4, 6)));

        lab.report("w2", Lab.evaluatedAt(lab.fence("r"), 2, 4, 1, false));
        lab.report("w2", Lab.evaluatedAt(lab.fence("r"), 2, 5, 1, true));
        lab.report("w1", Lab.evaluatedAt(lab.fence("r"), 2, 0, 2, false));
        assertThat(lab.stage("r")).isEqualTo(Stage.EVALUATING);
        lab.report("w1", Lab.evaluatedAt(lab.fence("r"), 2, 2, 2, true));

        assertThat(lab.stage("r")).isEqualTo(Stage.UPLOADING);
        Entry.Evaluated evaluated = evaluation();
        assertThat(evaluated.result().rows()).isEqualTo(6);
        assertThat(evaluated.result().loss()).isEqualTo(2.5);
        assertThat(evaluated.result().metrics().accuracy()).isEqualTo(5 / 6.0);
    }

    @Test
    void whoever_dials_again_in_an_evaluation_begins_its_own_rows_again() {
        evaluating();
        lab.report("w2", Lab.evaluatedAt(lab.fence("r"), 2, 4, 2, true));
        lab.report("w1", Lab.evaluatedAt(lab.fence("r"), 2, 0, 2, false));

        lab.breakSession("w1").redial("again", "w1", 2, 2).ready("again", "r", 2, 2);

        assertThat(lab.told())
                .containsExactly(
                        new Command.Evaluate(lab.fence("r"), 2, new EvaluationDeal.Rows(0, 4)));
        lab.report("again", Lab.evaluatedAt(lab.fence("r"), 2, 0, 4, true));
        assertThat(evaluation().result().rows()).isEqualTo(6);
    }

    @Test
    void whoever_has_sent_its_part_is_not_asked_for_it_again() {
        evaluating();
        lab.report("w2", Lab.evaluatedAt(lab.fence("r"), 2, 4, 2, true));

        lab.breakSession("w2").redial("again", "w2", 2, 2).ready("again", "r", 2, 2);

        assertThat(lab.told()).isEmpty();
    }

    @Test
    void the_output_is_completed_when_all_have_sent_what_they_own() {
        evaluating();
        lab.report("w1", Lab.evaluatedAt(lab.fence("r"), 2, 0, 4, true));
        lab.report("w2", Lab.evaluatedAt(lab.fence("r"), 2, 4, 2, true));
        assertThat(lab.told()).hasSize(2).allMatch(Command.UploadState.class::isInstance);

        lab.report("w2", new WorkerReport.Uploaded(lab.fence("r"), 2, 22));
        assertThat(lab.effectKinds()).doesNotContain("SealOutput");
        lab.report("w1", new WorkerReport.Uploaded(lab.fence("r"), 2, 11));

        assertThat(lab.effectKinds()).contains("SealOutput");
        lab.sealed("r");
        RunEvent.Reported report =
                (RunEvent.Reported) lab.events("r").get(lab.events("r").size() - 2);
        assertThat(report.memory())
                .contains(
                        new RunEvent.ProcessMemory("worker w1", 11),
                        new RunEvent.ProcessMemory("worker w2", 22));
    }

    @Test
    void a_run_that_lost_a_worker_waits_for_another_and_fails_in_time() {
        stepping().breakSession("w2");
        beating("w1", Bounds.REDIAL.plus(Bounds.TICK));
        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(reason())
                .isEqualTo("waits for 2 free workers, has w1; 1 more must join within 60 s");

        beating("w1", Duration.ofSeconds(59));
        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        beating("w1", Duration.ofSeconds(2));

        assertThat(lab.stage("r")).isEqualTo(Stage.FAILED);
        assertThat(end()).startsWith("waits for 2 free workers, has w1, for 60 s. Start workers");
    }

    @Test
    void a_run_that_may_do_with_fewer_goes_on_with_those_that_live() {
        lab.attach("w1").attach("w2");
        lab.submit("r", TestRecipes.of(2, 1, 2), new Demand(1, 2, Duration.ofMinutes(1)));
        lab.breakSession("w2");

        beating("w1", Bounds.REDIAL.plus(Bounds.TICK));
        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        beating("w1", Bounds.SETTLING.plus(Bounds.TICK));

        assertThat(lab.stage("r")).isEqualTo(Stage.STARTING);
        assertThat(lab.crew("r").names()).containsExactly("w1");
        assertThat(lab.fence("r").generation()).isEqualTo(2);
    }

    private Lab pair() {
        return lab.attach("w1").attach("w2").submit("r", TestRecipes.of(2, 1, 2), TWO);
    }

    private Lab stepping() {
        return pair().ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
    }

    private void evaluating() {
        stepping();
        for (int step = 1; step <= 2; step++) {
            lab.part("w1", "r", step, 0, 2).part("w2", "r", step, 1, 2);
        }
    }

    private void beating(String session, Duration time) {
        for (Duration passed = Duration.ZERO;
                passed.compareTo(time) < 0;
                passed = passed.plus(Bounds.TICK)) {
            lab.apply(new Event.Heartbeat(new SessionId(session))).pass(Bounds.TICK);
        }
    }

    private WorkerReport.Ready ready(LoadFacts facts, Hash shardMap) {
        return new WorkerReport.Ready(
                lab.fence("r"), new HeldRun.Position(0, 0), facts, shardMap, List.of());
    }

    private static StepSums withDeal(StepSums sums, int deal) {
        return with(sums, sums.flos(), new Hash(String.format("%064x", deal)));
    }

    private static StepSums with(StepSums sums, long flos, Hash deal) {
        return new StepSums(
                sums.rows(),
                sums.lossTerms(),
                sums.squares(),
                sums.tokens(),
                flos,
                sums.nonFinite(),
                deal);
    }

    private Submission submission() {
        return lab.state().run(new RunName("r")).spec().submission();
    }

    private String reason() {
        return lab.state().run(new RunName("r")).reason();
    }

    private String end() {
        return lab.state().ended().find(new RunName("r")).orElseThrow().reason();
    }

    private Entry.Evaluated evaluation() {
        return lab.entries().stream()
                .filter(Entry.Evaluated.class::isInstance)
                .map(Entry.Evaluated.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
