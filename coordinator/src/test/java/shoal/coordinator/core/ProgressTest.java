package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;

/** Workers that live but do not go on. */
final class ProgressTest {
    private static final Duration STEP = Duration.ofSeconds(40);

    private final Lab lab = new Lab();

    @Test
    void a_step_that_takes_five_times_the_median_restarts_the_run_and_dismisses_its_worker() {
        stepping();
        beating(STEP.multipliedBy(5).minus(Bounds.TICK));
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);

        beating(Bounds.TICK.multipliedBy(3));

        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(lab.words())
                .anyMatch(
                        words ->
                                words.startsWith("step 3 has not come for 200 s from worker w1,")
                                        && words.contains("median step takes 40000 ms"));
        assertThat(lab.state().workers().find(new WorkerName("w1"))).isEmpty();
    }

    @Test
    void a_first_step_may_take_an_hour_and_then_its_worker_is_named() {
        lab.attach("w1").submit("r", TestRecipes.of(9, 1, 0)).ready("w1", "r", 0, 0);

        beating(Bounds.FIRST_STEP);
        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
        beating(Bounds.TICK.multipliedBy(3));

        assertThat(lab.stage("r")).isEqualTo(Stage.QUEUED);
        assertThat(lab.words())
                .anyMatch(
                        words ->
                                words.startsWith("step 1 has not come for 3600 s from worker w1,")
                                        && words.contains("nobody is given longer to begin"));
    }

    @Test
    void a_worker_that_cannot_begin_is_named_soon_after_another_is_done() {
        pair();
        lab.ready("w1", "r", 0, 0).ready("w2", "r", 0, 0);
        beating(STEP);
        lab.part("w1", "r", 1, 0, 2);

        beating(STEP.multipliedBy(4).plus(Bounds.TICK.multipliedBy(4)));

        assertThat(lab.words())
                .anyMatch(
                        words ->
                                words.startsWith("step 1 has not come for 20")
                                        && words.contains("from worker w2, whose heartbeats do")
                                        && words.contains("the first worker was done after 40 s"));
        assertThat(lab.state().workers().find(new WorkerName("w2"))).isEmpty();
    }

    @Test
    void a_worker_that_does_not_load_its_files_is_named() {
        pair();
        lab.ready("w1", "r", 0, 0);

        beating(Bounds.PROGRESS.plus(Bounds.TICK.multipliedBy(4)));

        assertThat(lab.words())
                .anyMatch(
                        words ->
                                words.startsWith("the end of loading has not come for 120 s from")
                                        && words.contains("worker w2, whose heartbeats do"));
        assertThat(lab.state().run(new RunName("r")).reason()).contains("has w1");
    }

    @Test
    void time_that_the_coordinator_slept_or_a_worker_dialled_is_not_the_steps() {
        stepping();
        lab.sleep(Duration.ofHours(1));
        beating(STEP);
        lab.breakSession("w1").pass(Duration.ofSeconds(3)).redial("w1", "w1", 2, 2);
        lab.ready("w1", "r", 2, 2);

        beating(STEP.multipliedBy(4));

        assertThat(lab.stage("r")).isEqualTo(Stage.STEPPING);
    }

    @Test
    void only_a_worker_that_alone_is_late_is_dismissed() {
        lab.attach("w1").attach("w2").attach("w3");
        lab.submit("r", TestRecipes.of(9, 1, 0), new Demand(3, 3, Bounds.WORKER_WAIT));
        for (String worker : lab.crew("r").names()) {
            lab.ready(worker, "r", 0, 0);
        }
        step(1, 3);
        beating(STEP);
        lab.part("w1", "r", 2, 0, 3).part("w3", "r", 2, 2, 3);

        beating(STEP.multipliedBy(5));

        assertThat(lab.state().workers().asMap().keySet())
                .extracting(WorkerName::text)
                .containsExactly("w1", "w3");
        assertThat(lab.state().run(new RunName("r")).reason()).contains("has w1, w3");
    }

    private void pair() {
        lab.attach("w1").attach("w2");
        lab.submit("r", TestRecipes.of(9, 1, 0), new Demand(2, 2, Bounds.WORKER_WAIT));
    }

    /** Two steps of the usual length are done. */
    private void stepping() {
        lab.attach("w1").submit("r", TestRecipes.of(9, 1, 0)).ready("w1", "r", 0, 0);
        beating(STEP);
        lab.reduced("w1", "r", 1);
        beating(STEP);
        lab.reduced("w1", "r", 2);
        beating(Bounds.TICK);
    }

    private void step(int step, int workers) {
        beating(STEP);
        for (int index = 0; index < workers; index++) {
            lab.part("w" + (index + 1), "r", step, index, workers);
        }
    }

    private void beating(Duration time) {
        for (Duration passed = Duration.ZERO;
                passed.compareTo(time) < 0;
                passed = passed.plus(Bounds.TICK)) {
            for (String worker : new String[] {"w1", "w2", "w3"}) {
                lab.apply(new Event.Heartbeat(new SessionId(worker)));
            }
            lab.pass(Bounds.TICK);
        }
    }
}
