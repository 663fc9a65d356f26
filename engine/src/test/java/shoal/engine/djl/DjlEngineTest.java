package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.engine.GradientReport;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.recipe.Recipe;

/** The engine as its callers see it. */
final class DjlEngineTest {
    private static final GptConfig CONFIG = Fixtures.tiny(0);
    private static final Recipe RECIPE = Fixtures.recipe(3, 0.1, Fixtures.ADAMW);

    @Test
    void every_gradient_is_the_slope_of_the_loss() {
        // With dropout: the masks of a step are the same each time it is computed.
        GptConfig config = Fixtures.tiny(0.2);
        List<Leaf> leaves = Fixtures.leaves(0, 0, Fixtures.rows(9, config, 1), 3);
        try (DjlEngine engine = DjlEngine.open(config, RECIPE, 1)) {
            Fixtures.randomParameters(engine, 2);
            engine.forwardBackward(new StepWork(1, leaves));
            Map<String, float[]> gradients = Fixtures.gradients(engine);
            for (Parameter parameter : engine.table().parameters()) {
                float[] gradient = gradients.getOrDefault(parameter.name(), new float[0]);
                int largest = 0;
                for (int i = 0; i < gradient.length; i++) {
                    largest = Math.abs(gradient[i]) > Math.abs(gradient[largest]) ? i : largest;
                }
                double slope = slope(engine, leaves, parameter, largest);

                // A central difference with h = 1e-2 in fp32: the loss is good to 1e-7, so the
                // slope to 1e-5, and h^2 times the third derivative adds about 1e-3 of it.
                assertThat(slope)
                        .as(parameter.name())
                        .isCloseTo(
                                gradient[largest],
                                within(1e-4 + 0.02 * Math.abs(gradient[largest])));
            }
        }
    }

    @Test
    void three_hundred_steps_leave_nothing_behind() {
        GptConfig config = Fixtures.tiny(0.1);
        try (DjlEngine engine = DjlEngine.open(config, RECIPE, 2)) {
            Fixtures.randomParameters(engine, 2);
            int after = 0;
            int buffers = 0;
            for (int step = 1; step <= 300; step++) {
                List<RowInput> rows = Fixtures.rows(9, config, step);
                engine.forwardBackward(new StepWork(step, Fixtures.leaves(0, 0, rows, 3)));
                engine.update(new Update(step, 1, 1e-4));
                engine.evaluate(rows);
                if (step == 50) {
                    after = alive(engine);
                    buffers = engine.parts().pool().made();
                }
            }

            assertThat(alive(engine)).isEqualTo(after);
            assertThat(engine.parts().pool().made()).isEqualTo(buffers);
        }
    }

    @Test
    void a_step_that_throws_leaves_nothing_behind_and_the_next_one_works() {
        List<RowInput> rows = Fixtures.rows(9, CONFIG, 1);
        try (DjlEngine engine = DjlEngine.open(CONFIG, RECIPE, 1)) {
            Fixtures.randomParameters(engine, 2);
            List<Leaf> leaves = Fixtures.leaves(0, 0, rows, 3);
            GradientReport before = engine.forwardBackward(new StepWork(1, leaves));
            int alive = alive(engine);
            RowInput wrong = new RowInput(7, new int[] {3, 50}, 0, 1);

            assertThatThrownBy(
                            () ->
                                    engine.forwardBackward(
                                            new StepWork(
                                                    1, List.of(new Leaf(0, 0, 0, List.of(wrong))))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("row 7 has token id 50 at 1, the model has ids 0 to 49");
            assertThat(engine.forwardBackward(new StepWork(1, leaves))).isEqualTo(before);
            assertThat(alive(engine)).isEqualTo(alive);
        }
    }

    @Test
    void a_block_that_is_not_finite_is_named() {
        List<Leaf> leaves = Fixtures.leaves(0, 0, Fixtures.rows(9, CONFIG, 1), 3);
        try (DjlEngine engine = DjlEngine.open(CONFIG, RECIPE, 1)) {
            Fixtures.randomParameters(engine, 2);
            engine.write(StateKind.PARAMETER, 3, 0, Fixtures.bytes(new float[] {Float.NaN}));

            GradientReport report = engine.forwardBackward(new StepWork(1, leaves));

            // One element of the score is not a number, and so is every gradient after it.
            assertThat(report.nonFinite()).isEqualTo(Optional.of(new BlockPlace("embed", 0)));
            assertThat(report.squaredNorm()).isNaN();
        }
    }

    @Test
    void an_update_of_another_step_is_refused() {
        List<Leaf> leaves = Fixtures.leaves(0, 0, Fixtures.rows(3, CONFIG, 1), 1);
        try (DjlEngine engine = DjlEngine.open(CONFIG, RECIPE, 1)) {
            Fixtures.randomParameters(engine, 2);
            assertThatThrownBy(() -> engine.update(new Update(4, 1, 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("update of step 4, but the held gradient is none");
            engine.forwardBackward(new StepWork(5, leaves));
            assertThatThrownBy(() -> engine.update(new Update(4, 1, 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("update of step 4, but the held gradient is of step 5");
        }
    }

    @Test
    void parameters_are_read_back_as_written_and_never_beyond_a_unit() {
        try (DjlEngine engine = DjlEngine.open(CONFIG, RECIPE, 1)) {
            float[] values = {1, 2, 3};
            engine.write(StateKind.PARAMETER, 1, 5, Fixtures.bytes(values));
            ByteBuffer read = ByteBuffer.allocate(3 * Float.BYTES);
            engine.read(StateKind.PARAMETER, 1, 5, read);

            assertThat(read.flip()).isEqualTo(Fixtures.bytes(values));
            long end = engine.table().units().get(1).sizeElements();
            assertThatThrownBy(
                            () ->
                                    engine.write(
                                            StateKind.PARAMETER,
                                            1,
                                            end - 2,
                                            Fixtures.bytes(values)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outside a buffer");
            assertThatThrownBy(
                            () -> engine.write(StateKind.PARAMETER, 1, -1, Fixtures.bytes(values)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void rows_that_weigh_nothing_change_no_gradient() {
        List<RowInput> rows = Fixtures.rows(4, CONFIG, 1);
        RowInput weightless = new RowInput(9, rows.get(0).ids(), 1, 0);
        try (DjlEngine engine = DjlEngine.open(CONFIG, RECIPE, 1)) {
            Fixtures.randomParameters(engine, 2);
            double with = norm(engine, List.of(rows.get(0), rows.get(1), weightless));
            double without = norm(engine, List.of(rows.get(0), rows.get(1)));

            // A third row in the products changes the order of some sums.
            assertThat(with).isCloseTo(without, within(1e-5 * without));
        }
    }

    private static double norm(DjlEngine engine, List<RowInput> rows) {
        return engine.forwardBackward(new StepWork(1, List.of(new Leaf(0, 0, 0, rows))))
                .squaredNorm();
    }

    private static double slope(
            DjlEngine engine, List<Leaf> leaves, Parameter parameter, int element) {
        float step = 1e-2f;
        ByteBuffer old = ByteBuffer.allocate(Float.BYTES);
        engine.read(
                StateKind.PARAMETER, parameter.unit(), parameter.offsetElements() + element, old);
        float value = old.flip().order(java.nio.ByteOrder.LITTLE_ENDIAN).getFloat(0);
        double above = lossAt(engine, leaves, parameter, element, value + step);
        double below = lossAt(engine, leaves, parameter, element, value - step);
        lossAt(engine, leaves, parameter, element, value);
        return (above - below) / (2 * step);
    }

    private static double lossAt(
            DjlEngine engine, List<Leaf> leaves, Parameter parameter, int element, float value) {
        engine.write(
                StateKind.PARAMETER,
                parameter.unit(),
                parameter.offsetElements() + element,
                Fixtures.bytes(new float[] {value}));
        return engine.forwardBackward(new StepWork(1, leaves)).loss();
    }

    /** Native arrays that somebody holds. */
    private static int alive(DjlEngine engine) {
        return engine.parts().kernel().root().getManagedArrays().size();
    }
}
