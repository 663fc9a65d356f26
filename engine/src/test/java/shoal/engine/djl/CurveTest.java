package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TokenTable;
import shoal.plan.metric.EvaluationResult;
import shoal.plan.metric.EvaluationTally;
import shoal.plan.schedule.LearningRates;
import shoal.plan.step.MicroBatch;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Recipe;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whole runs equal HF Trainer's: loss, gradient norm and evaluation to 4 decimals at every logged
 * step, final parameter norms within 1e-4.
 *
 * <p>The parameter norms that differ most, by up to 7e-5, are those of c_attn.bias: HF sums the
 * gradient of keys' biases, which is rounding noise, and Adam turns it into steps.
 */
final class CurveTest {
    /** HF rounds the loss to 4 decimals, and ours may round to the next one. */
    private static final double FOUR_DECIMALS = 1e-4;

    @Test
    void a_run_with_default_settings_equals_that_of_hf() throws IOException {
        follow("seed-defaults");
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cosine-wd",
                "constant-noclip",
                "random-order",
                "ragged-accumulate",
                "drop-last",
                "ragged-epochs",
                "accumulate-smooth"
            })
    void runs_with_other_settings_equal_those_of_hf(String curve) throws IOException {
        follow(curve);
    }

    private static void follow(String curve) throws IOException {
        Path file = Fixtures.shared("golden/curves/" + curve + ".json");
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(file));
        Recipe recipe = CurveRecipe.of(golden);
        ModelFolder folder = ModelFolder.open(Fixtures.shared("golden/gpt2-tiny"), "gpt2-tiny");
        try (DjlEngine engine = DjlEngine.open(folder.config(), recipe, 1)) {
            folder.loadInto(
                    (parameter, offset, values) ->
                            engine.write(
                                    StateKind.PARAMETER,
                                    parameter.unit(),
                                    parameter.offsetElements() + offset,
                                    values),
                    recipe.order().seed());
            new Run(engine, recipe, golden, rows(folder, "train"), rows(folder, "dev")).follow();
            JsonNode norms = golden.get("final_parameter_norms");
            for (Parameter parameter : engine.table().parameters()) {
                double expected = norms.get(parameter.name()).asDouble();
                assertThat(norm(engine, parameter) / expected)
                        .as(parameter.name())
                        .isCloseTo(1, within(1e-4));
            }
        }
    }

    private static TokenTable rows(ModelFolder folder, String part) {
        DataSet data = DataSet.read(Fixtures.shared("golden/" + part + ".tsv"), part + ".tsv");
        try (var tokenizer = folder.tokenizer(192)) {
            return TokenTable.of(data, tokenizer, folder.config());
        }
    }

    private static double norm(DjlEngine engine, Parameter parameter) {
        float[] values = new float[(int) parameter.sizeElements()];
        FloatBuffer.wrap(
                        Fixtures.parameterUnit(
                                engine, engine.table().units().get(parameter.unit())))
                .get((int) parameter.offsetElements(), values);
        return Math.sqrt(Distance.squaredLength(values));
    }

    /** One run beside its log. */
    private record Run(
            DjlEngine engine, Recipe recipe, JsonNode golden, TokenTable train, TokenTable dev) {
        void follow() {
            TrainingPlan plan = TrainingPlan.of(recipe, train.rows());
            LearningRates rates = LearningRates.of(recipe, plan);
            List<Double> losses = new ArrayList<>();
            int logged = 0;
            for (int step = 1; step <= plan.steps(); step++) {
                GradientReport report =
                        engine.forwardBackward(new StepWork(step, leaves(plan, step)));
                double norm = Math.sqrt(report.squaredNorm());
                engine.update(new Update(step, clip(norm), rates.at(step)));
                losses.add(report.loss());
                for (JsonNode row : golden.get("log_history")) {
                    if (row.get("step").asInt() == step && row.has("loss")) {
                        double mean =
                                losses.stream()
                                        .mapToDouble(Double::doubleValue)
                                        .average()
                                        .orElse(0);
                        losses.clear();
                        assertRow(row, mean, norm, rates.loggedAt(step));
                        logged++;
                    } else if (row.get("step").asInt() == step && row.has("eval_loss")) {
                        assertEvaluation(row);
                    }
                }
            }
            assertThat(logged).isPositive();
        }

        private double clip(double norm) {
            double most = recipe.optimizer().maxGradNorm();
            return most == 0 ? 1 : Math.min(1, most / (norm + 1e-6));
        }

        private List<Leaf> leaves(TrainingPlan plan, int step) {
            List<Leaf> leaves = new ArrayList<>();
            for (MicroBatch batch : plan.microBatches(step)) {
                List<RowInput> rows =
                        IntStream.of(batch.rows())
                                .mapToObj(row -> input(train, row, batch.weight()))
                                .toList();
                leaves.addAll(
                        Fixtures.leaves(
                                batch.rank(), batch.round(), rows, recipe.batch().slices()));
            }
            return leaves;
        }

        private static RowInput input(TokenTable table, int row, double weight) {
            return new RowInput(row, table.ids(row), table.label(row), weight);
        }

        private static void assertRow(JsonNode row, double loss, double norm, double rate) {
            String at = "step " + row.get("step").asInt();
            assertThat(loss).as(at).isCloseTo(row.get("loss").asDouble(), within(FOUR_DECIMALS));
            if (row.has("grad_norm")) { // HF logs none where it does not clip
                double expected = row.get("grad_norm").asDouble();
                assertThat(norm)
                        .as(at)
                        .isCloseTo(expected, within(FOUR_DECIMALS * Math.max(1, expected)));
            }
            assertThat(rate).as(at).isCloseTo(row.get("learning_rate").asDouble(), within(1e-12));
        }

        private void assertEvaluation(JsonNode row) {
            int perBatch = recipe.batch().evaluationRowsPerDevice();
            EvaluationTally tally = new EvaluationTally(2);
            for (int from = 0; from < dev.rows(); from += perBatch) {
                List<RowInput> batch =
                        IntStream.range(from, Math.min(dev.rows(), from + perBatch))
                                .mapToObj(index -> input(dev, index, 1))
                                .toList();
                List<RowResult> results = engine.evaluate(batch);
                for (int i = 0; i < batch.size(); i++) {
                    tally.add(
                            results.get(i).loss(),
                            results.get(i).prediction(),
                            batch.get(i).label());
                }
            }
            EvaluationResult result = tally.result();
            assertThat(result.loss())
                    .isCloseTo(row.get("eval_loss").asDouble(), within(FOUR_DECIMALS));
            assertThat(result.metrics().accuracy())
                    .isCloseTo(row.get("eval_accuracy").asDouble(), within(1e-9));
            assertThat(result.metrics().f1())
                    .isCloseTo(row.get("eval_f1").asDouble(), within(1e-9));
        }
    }
}
