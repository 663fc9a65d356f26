package shoal.worker.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.model.dataset.TokenTable;
import shoal.plan.log.FlosCount;
import shoal.plan.step.ExactSum;
import shoal.plan.step.TensorSquares;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Recipe;
import shoal.worker.FakeEngine;
import shoal.worker.Recipes;
import shoal.worker.Rows;

final class StepLoopTest {
    private static final int ROWS = 45;
    private static final long PARAMETERS = 1_000;

    private final Recipe recipe = Recipes.small();
    private final TokenTable rows = Rows.table(ROWS);
    private final TrainingPlan plan = TrainingPlan.of(recipe, ROWS);
    private final FakeEngine engine = new FakeEngine(FakeEngine.tinyConfig(8));
    private final StepLoop loop =
            new StepLoop(plan, rows, recipe.batch().slices(), new Alone(engine), PARAMETERS);

    @Test
    void every_row_of_an_epoch_is_computed_once_with_its_own_ids_and_label() {
        List<Integer> seen = new ArrayList<>();

        for (int step = 1; step <= plan.stepsPerEpoch(); step++) {
            loop.reduce(step, 1);
        }

        for (RowInput row : inputs()) {
            seen.add(row.row());
            assertThat(row.ids()).isEqualTo(rows.ids(row.row()));
            assertThat(row.label()).isEqualTo(rows.label(row.row()));
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(all());
    }

    @Test
    void the_weights_of_a_step_add_up_to_one() {
        for (int step = 1; step <= plan.stepsPerEpoch(); step++) {
            loop.reduce(step, 1);
            double sum =
                    engine.steps.get(step - 1).leaves().stream()
                            .flatMap(leaf -> leaf.rows().stream())
                            .mapToDouble(RowInput::weight)
                            .sum();
            assertThat(sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    @Test
    void leaves_come_by_round_and_slice_and_none_is_empty() {
        loop.reduce(1, 1);

        List<Leaf> leaves = engine.steps.get(0).leaves();
        assertThat(leaves.stream().map(leaf -> leaf.round() * 10 + leaf.slice()))
                .containsExactly(0, 1, 10, 11);
        assertThat(leaves).allSatisfy(leaf -> assertThat(leaf.rows()).isNotEmpty());
    }

    @Test
    void a_step_laid_out_early_is_the_same_step() {
        StepLoop other =
                new StepLoop(plan, rows, recipe.batch().slices(), new Alone(engine), PARAMETERS);
        loop.prepare(2);
        loop.reduce(2, 1);
        other.reduce(2, 1);

        assertThat(inWords(engine.steps.get(0))).isEqualTo(inWords(engine.steps.get(1)));
    }

    @Test
    void laying_out_another_step_does_not_change_the_one_that_is_opened() {
        loop.prepare(3);
        loop.reduce(1, 1);
        loop.prepare(plan.steps() + 1);

        assertThat(engine.steps.get(0).step()).isEqualTo(1);
    }

    @Test
    void the_report_is_what_the_engine_says() {
        StepReduced report = loop.reduce(1, 1);

        assertThat(report.getStep()).isEqualTo(1);
        byte[] squares = report.getSquaredNormSum().toByteArray();
        assertThat(ExactSum.fromBytes(squares).value()).isEqualTo(4);
        assertThat(report.getRowsList()).isSorted().hasSize(inputs().size());
        assertThat(report.getLossTermsList())
                .isEqualTo(
                        inputs().stream()
                                .sorted(Comparator.comparingInt(RowInput::row))
                                .map(row -> row.weight() * row.label())
                                .toList());
        assertThat(report.getTokens()).isPositive();
        FlosCount flos = new FlosCount(rows::tokenizedLength, PARAMETERS);
        assertThat(report.getFlos()).isEqualTo(flos.of(plan.microBatches(1))).isPositive();
        assertThat(report.getDealHash().size()).isEqualTo(32);
        assertThat(report.hasNonFinite()).isFalse();
    }

    @Test
    void a_measure_is_what_the_engine_says() {
        StepMeasured measured = loop.measure(2, 0.5);

        assertThat(measured.getStep()).isEqualTo(2);
        TensorSquares squares = TensorSquares.fromBytes(measured.getSquares().toByteArray());
        assertThat(squares.tensors()).isEqualTo(engine.table().parameters().size());
        assertThat(squares.weightNorm(0)).isEqualTo(Math.sqrt(8));
        assertThat(squares.directionNorm(0)).isEqualTo(Math.sqrt(0.5));
    }

    @Test
    void a_commit_is_handed_on_as_it_is() {
        loop.apply(
                CommitStep.newBuilder()
                        .setStep(3)
                        .setClip(0.25)
                        .setLearningRate(1e-4)
                        .addRatios(0.5f)
                        .addRatios(2)
                        .setUpdates(2)
                        .build());

        assertThat(engine.updates)
                .singleElement()
                .hasToString(
                        "Update[step=3, clip=0.25, learningRate=1.0E-4, ratios=[0.5, 2.0], count=2,"
                                + " skipped=false]");
    }

    private List<RowInput> inputs() {
        return engine.steps.stream()
                .flatMap(step -> step.leaves().stream())
                .flatMap(leaf -> leaf.rows().stream())
                .toList();
    }

    private static List<Integer> all() {
        return IntStream.range(0, ROWS).boxed().toList();
    }

    private static List<String> inWords(StepWork work) {
        return work.leaves().stream()
                .map(
                        leaf ->
                                leaf.round()
                                        + "/"
                                        + leaf.slice()
                                        + leaf.rows().stream().map(RowInput::row).toList())
                .toList();
    }
}
