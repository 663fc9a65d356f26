package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import shoal.coordinator.TestRecipes;
import shoal.recipe.Cadence;
import shoal.recipe.Recipe;
import shoal.recipe.SelectionRecipe;

/** Every way of the table is taken once, by what happens to a run, and by nothing else. */
final class LifecycleTest {
    private static final Duration GIVEN_UP = Bounds.REDIAL.plus(Bounds.TICK);

    /** What happens, by the stage and cause that it is about. */
    private static Map<String, Consumer<Lab>> scenarios() {
        Map<String, Consumer<Lab>> all = new LinkedHashMap<>();
        all.put("QUEUED ASSIGNED STARTING", lab -> lab.submit("r").attach("w1"));
        all.put("STARTING LOADED STEPPING", lab -> lab.starting("r").ready("w1", "r", 0, 0));
        all.put("STEPPING COMMITTED STEPPING", lab -> lab.stepping("r").reduced("w1", "r", 1));
        all.put(
                "STEPPING COMMITTED_BEFORE_EVALUATION EVALUATING",
                lab -> lab.stepping("r").reduced("w1", "r", 1).reduced("w1", "r", 2));
        all.put(
                "STEPPING COMMITTED_LAST UPLOADING",
                lab ->
                        lab.attach("w1")
                                .submit("r", TestRecipes.of(1, 1, 0))
                                .ready("w1", "r", 0, 0)
                                .reduced("w1", "r", 1));
        checkpoints(all);
        all.put(
                "EVALUATING EVALUATED STEPPING",
                lab ->
                        lab.attach("w1")
                                .submit("r", TestRecipes.of(2, 1, 1))
                                .ready("w1", "r", 0, 0)
                                .reduced("w1", "r", 1)
                                .evaluated("w1", "r", 1, 0, 6));
        all.put(
                "EVALUATING EVALUATED_LAST UPLOADING",
                lab -> lab.evaluating("r").evaluated("w1", "r", 2, 0, 6));
        all.put("UPLOADING UPLOADED SEALING", lab -> lab.uploading("r").uploaded("w1", "r", 2));
        all.put("SEALING SEALED DONE", lab -> lab.sealing("r").sealed("r"));
        working(all, "STARTING", lab -> lab.starting("r"));
        working(all, "STEPPING", lab -> lab.stepping("r"));
        working(all, "EVALUATING", lab -> lab.evaluating("r"));
        working(all, "SAVING", lab -> lab.saving("r"));
        working(all, "UPLOADING", lab -> lab.uploading("r"));
        all.put("QUEUED CANCELLED CANCELLED", lab -> lab.submit("r").cancel("r"));
        all.put(
                "QUEUED WORKERS_MISSING FAILED",
                lab ->
                        lab.starting("r")
                                .breakSession("w1")
                                .pass(GIVEN_UP)
                                .pass(Bounds.WORKER_WAIT));
        all.put("QUEUED SET_ASIDE FAILED", lab -> lab.submit("r").setAside("r"));
        all.put("SEALING SET_ASIDE FAILED", lab -> lab.sealing("r").setAside("r"));
        all.put("SEALING TROUBLE FAILED", lab -> lab.sealing("r").sealFails("r"));
        all.put("SEALING CANCELLED CANCELLED", lab -> lab.sealing("r").cancel("r"));
        return all;
    }

    /** The ways to, in and after checkpoints. */
    private static void checkpoints(Map<String, Consumer<Lab>> all) {
        all.put(
                "STARTING LOADED_BEFORE_EVALUATION EVALUATING",
                lab ->
                        lab.attach("w1")
                                .submit("r", startingWithEvaluation())
                                .ready("w1", "r", 0, 0));
        all.put(
                "STARTING LOADED_LAST UPLOADING",
                lab -> {
                    lab.saving("r").uploaded("w1", "r", 1).saved("r", 1).reduced("w1", "r", 2);
                    lab.uploaded("w1", "r", 2).saved("r", 2).breakSession("w1").pass(GIVEN_UP);
                    lab.attach("w1").ready("w1", "r", 2, 0);
                });
        all.put("STEPPING COMMITTED_BEFORE_SAVE SAVING", lab -> lab.saving("r"));
        all.put(
                "EVALUATING EVALUATED_BEFORE_SAVE SAVING",
                lab ->
                        lab.attach("w1")
                                .submit("r", TestRecipes.saving(2, 1, 1, 1))
                                .ready("w1", "r", 0, 0)
                                .reduced("w1", "r", 1)
                                .evaluated("w1", "r", 1, 0, 6));
        all.put("SAVING SAVED STEPPING", lab -> lab.saving("r").uploaded("w1", "r", 1));
        all.put(
                "SAVING SAVED_BEFORE_EVALUATION EVALUATING",
                lab ->
                        lab.attach("w1")
                                .submit("r", evaluatingByEpochs())
                                .ready("w1", "r", 0, 0)
                                .reduced("w1", "r", 1)
                                .reduced("w1", "r", 2)
                                .uploaded("w1", "r", 2));
        all.put(
                "SAVING SAVED_LAST UPLOADING",
                lab -> {
                    lab.saving("r").uploaded("w1", "r", 1).saved("r", 1).reduced("w1", "r", 2);
                    lab.uploaded("w1", "r", 2).saved("r", 2);
                });
    }

    /** What can happen whenever a worker works on a run. */
    private static void working(
            Map<String, Consumer<Lab>> all, String stage, Consumer<Lab> bringThere) {
        all.put(
                stage + " WORKER_LOST QUEUED",
                lab -> {
                    bringThere.accept(lab);
                    lab.breakSession("w1").pass(GIVEN_UP);
                });
        all.put(
                stage + " WORKER_LOST_TOO_OFTEN FAILED",
                lab -> {
                    lab.attach("w1").submit("r", recipeFor(stage));
                    for (int i = 0; i < Bounds.RESTARTS; i++) {
                        lab.breakSession("w1").pass(GIVEN_UP).attach("w1");
                    }
                    bringOn(lab, stage);
                    lab.breakSession("w1").pass(GIVEN_UP);
                });
        all.put(
                stage + " TROUBLE FAILED",
                lab -> {
                    bringThere.accept(lab);
                    lab.trouble("w1", "r", false);
                });
        all.put(
                stage + " SET_ASIDE FAILED",
                lab -> {
                    bringThere.accept(lab);
                    lab.setAside("r");
                });
        all.put(
                stage + " CANCELLED CANCELLED",
                lab -> {
                    bringThere.accept(lab);
                    lab.cancel("r");
                });
    }

    private static Recipe recipeFor(String stage) {
        return stage.equals("SAVING") ? TestRecipes.saving(2, 1, 0, 1) : TestRecipes.of(2, 1, 2);
    }

    /** Two steps of one epoch: saved by steps, evaluated by epochs, so in this order. */
    private static Recipe evaluatingByEpochs() {
        Cadence byEpoch = new Cadence(Cadence.Strategy.EPOCH, 0, false);
        return TestRecipes.saving(
                TestRecipes.of(3, TestRecipes.every(1), byEpoch, 1.0),
                TestRecipes.every(2),
                SelectionRecipe.last());
    }

    private static Recipe startingWithEvaluation() {
        Cadence atStart = new Cadence(Cadence.Strategy.STEPS, 2, false, true, 0);
        return TestRecipes.of(2, TestRecipes.every(1), atStart, 1.0);
    }

    /** From STARTING on to a stage. */
    private static void bringOn(Lab lab, String stage) {
        if (stage.equals("STARTING")) {
            return;
        }
        lab.ready("w1", "r", 0, 0);
        if (stage.equals("STEPPING")) {
            return;
        }
        lab.reduced("w1", "r", 1);
        if (stage.equals("SAVING")) {
            return;
        }
        lab.reduced("w1", "r", 2);
        if (stage.equals("UPLOADING")) {
            lab.evaluated("w1", "r", 2, 0, 6);
        }
    }

    @TestFactory
    List<DynamicTest> each_way_is_taken_by_what_it_is_about() {
        List<DynamicTest> tests = new ArrayList<>();
        scenarios()
                .forEach(
                        (way, scenario) ->
                                tests.add(
                                        DynamicTest.dynamicTest(
                                                way,
                                                () -> {
                                                    Lab lab = new Lab();

                                                    scenario.accept(lab);

                                                    String[] parts = way.split(" ", -1);
                                                    assertThat(last(lab).toString())
                                                            .isEqualTo(
                                                                    parts[0] + " --" + parts[1]
                                                                            + "--> " + parts[2]);
                                                    assertThat(lab.stage("r"))
                                                            .isEqualTo(Stage.valueOf(parts[2]));
                                                    lab.restart();
                                                })));
        return tests;
    }

    @Test
    void no_way_of_the_table_is_left_untaken() {
        Set<String> taken = new TreeSet<>();
        for (Consumer<Lab> scenario : scenarios().values()) {
            Lab lab = new Lab();
            scenario.accept(lab);
            lab.transitions().forEach(way -> taken.add(way.toString()));
        }

        assertThat(taken)
                .containsExactlyInAnyOrderElementsOf(
                        Lifecycle.transitions().stream().map(Object::toString).toList());
    }

    @Test
    void a_way_that_is_not_in_the_table_is_a_bug_that_says_what_is() {
        assertThatThrownBy(() -> Lifecycle.after(Stage.DONE, Cause.COMMITTED))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DONE met COMMITTED");
        assertThatThrownBy(() -> Lifecycle.after(Stage.QUEUED, Cause.UPLOADED))
                .hasMessageContaining("[ASSIGNED, WORKERS_MISSING, CANCELLED, SET_ASIDE]");
    }

    private static Lifecycle.Transition last(Lab lab) {
        return lab.transitions().get(lab.transitions().size() - 1);
    }
}
