package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.Unit;
import shoal.recipe.Recipe;

/** Results are a function of recipe and data: not of lanes, nor of who finishes first. */
final class SameBitsTest {
    private static final GptConfig CONFIG = Fixtures.tiny(0.1);
    private static final Recipe RECIPE = Fixtures.recipe(8, 0.1, Fixtures.ADAMW);

    /** Everything that three steps and an evaluation leave behind. */
    private record Outcome(
            List<GradientReport> reports, List<float[]> parameters, List<String> evaluation) {}

    @Test
    void one_lane_and_two_lanes_give_the_same_bits() {
        Outcome one = train(new Lanes(1), work());
        Outcome two = train(new Lanes(2), work());

        assertSame(two, one);
    }

    @Test
    void leaves_that_finish_in_any_order_give_the_same_bits() {
        Outcome usual = train(new Lanes(1), work());

        for (long seed = 1; seed <= 5; seed++) {
            Random random = new Random(seed);
            Outcome shuffled = train(new Lanes(3, (idle, done) -> any(idle, random)), work());

            assertSame(shuffled, usual);
        }
    }

    @Test
    void an_absent_leaf_passes_its_sibling_up() {
        List<Leaf> all = work();
        List<Leaf> some = List.of(all.get(1), all.get(2), all.get(6));

        Outcome one = train(new Lanes(1), some);
        Outcome two = train(new Lanes(2), some);

        assertSame(two, one);
    }

    /** Two ranks of three rounds; the last round is short. */
    private static List<Leaf> work() {
        List<RowInput> rows = Fixtures.rows(44, CONFIG, 7);
        List<Leaf> leaves = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            for (int round = 0; round < 3; round++) {
                int from = 8 * (3 * rank + round);
                List<RowInput> own = rows.subList(from, Math.min(44, from + 8));
                leaves.addAll(Fixtures.leaves(rank, round, own, 3));
            }
        }
        return leaves;
    }

    private static Outcome train(Lanes lanes, List<Leaf> leaves) {
        try (DjlEngine engine = DjlEngine.open(CONFIG, RECIPE, lanes)) {
            Fixtures.randomParameters(engine, 3);
            List<GradientReport> reports = new ArrayList<>();
            for (int step = 1; step <= 3; step++) {
                reports.add(engine.forwardBackward(new StepWork(step, leaves)));
                engine.update(new Update(step, step == 2 ? 0.5 : 1, 1e-2));
            }
            List<RowResult> results = engine.evaluate(Fixtures.rows(32, CONFIG, 8));
            List<float[]> parameters = new ArrayList<>();
            for (Unit unit : engine.table().units()) {
                parameters.add(Fixtures.parameterUnit(engine, unit));
            }
            return new Outcome(
                    reports, parameters, results.stream().map(SameBitsTest::words).toList());
        }
    }

    private static String words(RowResult result) {
        StringBuilder words = new StringBuilder().append(result.loss()).append(' ');
        for (float logit : result.logits()) {
            words.append(Float.floatToRawIntBits(logit)).append(' ');
        }
        return words.append(result.prediction()).toString();
    }

    private static int any(boolean[] idle, Random random) {
        List<Integer> choices =
                new ArrayList<>(
                        IntStream.range(0, idle.length).filter(i -> idle[i]).boxed().toList());
        synchronized (random) {
            Collections.shuffle(choices, random);
        }
        return choices.get(0);
    }

    private static void assertSame(Outcome actual, Outcome expected) {
        assertThat(actual.reports()).isEqualTo(expected.reports());
        assertThat(actual.evaluation()).isEqualTo(expected.evaluation());
        for (int unit = 0; unit < expected.parameters().size(); unit++) {
            assertThat(actual.parameters().get(unit))
                    .as("unit " + unit)
                    .isEqualTo(expected.parameters().get(unit));
        }
    }
}
