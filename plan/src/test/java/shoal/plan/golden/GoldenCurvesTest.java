package shoal.plan.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import shoal.plan.log.CommittedStep;
import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;
import shoal.plan.log.Milestone;
import shoal.plan.log.Milestones;
import shoal.plan.log.SummaryRows;
import shoal.plan.log.SummaryRows.Place;
import shoal.plan.log.TrainingLog;
import shoal.plan.metric.Classification;
import shoal.plan.metric.EvaluationResult;
import shoal.plan.schedule.LearningRates;
import shoal.plan.step.MicroBatch;
import shoal.plan.step.RowOrder;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.Recipe;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;

/** Replays HF's reference curves: given HF's losses, the log rows must be HF's, one by one. */
final class GoldenCurvesTest {
    private static final int TRAIN_ROWS = 480;
    private static final int EVALUATION_ROWS = 96;

    /**
     * libm's and StrictMath's cos and log may differ in the last place of a number near 1, which
     * the rates of these runs multiply by 1e-3.
     */
    private static final double LAST_PLACE = 1e-3 * 0x1p-52;

    /** HF logs losses rounded to four decimals, so their mean is known to half of that. */
    private static final double ROUNDED_LOSS = 5e-5;

    @TestFactory
    Stream<DynamicTest> log_rows_of_every_reference_curve_come_out_as_hf_wrote_them() {
        List<String> curves = Golden.curves();
        if (curves.isEmpty()) {
            return Stream.of(
                    DynamicTest.dynamicTest("skipped: absent", () -> Golden.read("curves")));
        }
        return curves.stream().map(file -> DynamicTest.dynamicTest(file, () -> replay(file)));
    }

    @Test
    void a_random_run_reads_the_rows_that_hf_read() {
        JsonObject curve = Golden.read("curves/random-order.json");
        TrainingPlan plan = TrainingPlan.of(GoldenRecipes.of(curve), TRAIN_ROWS);
        List<JsonValue> epochs = Golden.array(curve, "row_order_by_epoch");

        for (int epoch = 0; epoch < epochs.size(); epoch++) {
            int first = epoch * plan.stepsPerEpoch() + 1;
            int[] read =
                    IntStream.range(first, first + plan.stepsPerEpoch())
                            .boxed()
                            .flatMap(step -> plan.microBatches(step).stream())
                            .map(MicroBatch::rows)
                            .flatMapToInt(Arrays::stream)
                            .toArray();
            assertThat(read).as("epoch %d", epoch).isEqualTo(Golden.integers(epochs.get(epoch)));
        }
    }

    @Test
    void every_reference_permutation_of_torch_comes_out() {
        for (JsonValue value : Golden.array(Golden.read("row-orders.json"), "orders")) {
            JsonObject expected = (JsonObject) value;
            int rows = Golden.integer(expected, "rows", 0);
            long seed = Golden.integer(expected, "seed", 0);
            int[] first = Golden.integers(expected.member("first").orElseThrow());
            int[] last = Golden.integers(expected.member("last").orElseThrow());

            int[] order = RowOrder.of(new OrderRecipe(Sampling.RANDOM, 0, seed), rows, 0);

            assertThat(Arrays.copyOf(order, first.length)).isEqualTo(first);
            assertThat(Arrays.copyOfRange(order, rows - last.length, rows)).isEqualTo(last);
        }
    }

    private static void replay(String file) {
        JsonObject curve = Golden.read(file);
        List<JsonObject> expected =
                Golden.array(curve, "log_history").stream().map(JsonObject.class::cast).toList();
        List<LogRow> rows = rows(GoldenRecipes.of(curve), expected);
        // The reference script evaluates once more after some of its runs.
        if (expected.size() == rows.size() + 1) {
            rows.add(evaluationRow(expected.get(rows.size()), lastPlace(expected)));
        }
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            check(rows.get(i), expected.get(i), "row " + i);
        }
    }

    /** The rows of a run whose figures are those of the expected rows. */
    private static List<LogRow> rows(Recipe recipe, List<JsonObject> expected) {
        TrainingPlan plan = TrainingPlan.of(recipe, TRAIN_ROWS);
        Milestones milestones = Milestones.of(recipe, plan);
        LearningRates rates = LearningRates.of(recipe, plan);
        List<LogRow> rows = new ArrayList<>();
        TrainingLog log = TrainingLog.empty();
        for (int step = 1; step <= plan.steps(); step++) {
            log = log.commit(committed(expected, step, rates.loggedAt(step)));
            for (Milestone milestone : milestones.after(step)) {
                if (milestone == Milestone.LOG) {
                    rows.add(log.row(plan.epochAfter(step)));
                    log = log.logged();
                } else if (milestone == Milestone.EVALUATE) {
                    Place place = new Place(plan.epochAfter(step), step);
                    rows.add(evaluationRow(expected.get(rows.size()), place));
                }
            }
        }
        rows.add(SummaryRows.training(log, plan, 1));
        return rows;
    }

    /** The step with the figures of the first row that reports on it. */
    private static CommittedStep committed(List<JsonObject> expected, int step, double rate) {
        Optional<JsonObject> row =
                expected.stream()
                        .filter(one -> one.member("loss").isPresent())
                        .filter(one -> Golden.integer(one, "step", 0) >= step)
                        .findFirst();
        double loss = row.map(one -> Golden.number(one, "loss", 0)).orElse(unloggedLoss(expected));
        OptionalDouble norm =
                row.flatMap(one -> one.member("grad_norm")).stream()
                        .mapToDouble(Golden::number)
                        .findFirst();
        return new CommittedStep(step, loss, norm, rate, 0);
    }

    /** The mean loss of steps after the last row with a loss, from HF's mean over all steps. */
    private static double unloggedLoss(List<JsonObject> expected) {
        double sum = 0;
        int until = 0;
        for (JsonObject row : expected) {
            int step = Golden.integer(row, "step", 0);
            if (row.member("loss").isPresent()) {
                sum += Golden.number(row, "loss", 0) * (step - until);
                until = step;
            } else if (row.member("train_loss").isPresent() && step > until) {
                return (Golden.number(row, "train_loss", 0) * step - sum) / (step - until);
            }
        }
        return 0;
    }

    private static LogRow evaluationRow(JsonObject figures, Place place) {
        Classification metrics =
                new Classification(
                        Golden.number(figures, "eval_accuracy", -1),
                        Golden.number(figures, "eval_precision", -1),
                        Golden.number(figures, "eval_recall", -1),
                        Golden.number(figures, "eval_f1", -1));
        double loss = Golden.number(figures, "eval_loss", -1);
        return SummaryRows.evaluation(
                new EvaluationResult(EVALUATION_ROWS, loss, metrics), 1, 32, place);
    }

    private static Place lastPlace(List<JsonObject> expected) {
        JsonObject last = expected.get(expected.size() - 1);
        return new Place(Golden.number(last, "epoch", -1), Golden.integer(last, "step", -1));
    }

    private static void check(LogRow row, JsonObject expected, String where) {
        // The reference files leave times and work out.
        List<LogValue> values =
                row.values().stream()
                        .filter(
                                value ->
                                        !value.name()
                                                .matches(
                                                        "(train|eval)_.*(runtime|_second)|total_flos"))
                        .toList();
        assertThat(values.stream().map(LogValue::name))
                .as(where)
                .containsExactlyElementsOf(expected.members().keySet());
        for (LogValue value : values) {
            double hf = Golden.number(expected, value.name(), Double.NaN);
            if (value.name().equals("train_loss")) {
                assertThat(value.number()).as(where).isCloseTo(hf, within(ROUNDED_LOSS));
            } else {
                assertThat(value.number())
                        .as("%s %s", where, value.name())
                        .isCloseTo(hf, within(LAST_PLACE));
            }
        }
    }
}
