package shoal.testkit.whole;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.tensor.TensorFile;
import shoal.proto.v1.RunStatus;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.json.JsonObject;
import shoal.testkit.golden.GoldenCurve;
import shoal.testkit.golden.GoldenFolder;

/**
 * Whole runs through coordinator and worker log what HF Trainer logs, and end with its parameters.
 *
 * <p>Bounds: HF rounds the loss to 4 decimals, and a value next to the middle may round to either
 * side, hence 1e-4; a gradient norm is compared relative to its size where that is above 1. Rates,
 * epochs and counts are the same doubles up to their last digits. Norms of final parameters may
 * differ by 1e-4 of themselves: fp32 sums in another order, over at most 105 steps.
 */
@Timeout(600)
final class GoldenCurvesTest {
    private static final double FOUR_DECIMALS = 1e-4;
    private static final double SAME = 1e-9;
    private static final double NORM = 1e-4;

    @TempDir Path folder;

    @Test
    void the_projects_own_reference_runs_log_what_hf_logs() throws Exception {
        follow(GoldenFolder.own());
    }

    @Test
    void reference_runs_beside_the_project_log_what_hf_logs() throws Exception {
        GoldenFolder folder = GoldenFolder.besideTheProject();
        assumeTrue(folder.isThere(), "skipped: there is no " + folder.path());
        follow(folder);
    }

    /**
     * The same workers serve all of them, one after the other; each is computed by one, and again
     * by two if it has as many ranks.
     */
    private void follow(GoldenFolder golden) throws IOException, InterruptedException {
        int most = 2;
        try (Cluster cluster = Cluster.start(folder, most, 2)) {
            for (GoldenCurve curve : golden.curves()) {
                int ranks = curve.recipe().batch().ranks();
                for (int workers = 1; workers <= Math.min(ranks, most); workers++) {
                    follow(cluster, curve, workers);
                }
            }
        }
    }

    private static void follow(Cluster cluster, GoldenCurve curve, int workers)
            throws IOException, InterruptedException {
        RunFiles files = RunFiles.of(curve);
        String name = curve.name().replace(".json", "") + "-workers-" + workers;
        RunOutcome outcome = cluster.run(name, curve.recipe(), files, workers);
        assertThat(outcome.last().getStatus())
                .as("%s: %s", name, outcome.last())
                .isEqualTo(RunStatus.DONE);
        assertRows(name, curve.logHistory(), outcome.rows());
        assertRates(name, curve, outcome.output().resolve(MonitorRecipe.RATES_FILE));
        Map<String, Double> norms = curve.finalParameterNorms();
        if (!norms.isEmpty()) {
            assertNorms(name, norms, outcome.output().resolve("model.safetensors"));
        }
    }

    /**
     * The log up to the row of the whole run; some of HF's runs were followed by one more
     * evaluation.
     */
    private static void assertRows(
            String name, List<JsonObject> expected, List<Map<String, Double>> found) {
        assertThat(found.size()).as(name).isBetween(expected.size() - 1, expected.size());
        for (int i = 0; i < found.size(); i++) {
            Map<String, Double> row = found.get(i);
            String where = name + ", row " + i + ": " + row;
            expected.get(i)
                    .members()
                    .forEach(
                            (key, value) ->
                                    assertValue(where, key, GoldenFolder.number(value), row));
        }
        assertThat(found.get(found.size() - 1)).as(name).containsKey("train_loss");
    }

    private static void assertValue(
            String where, String key, double expected, Map<String, Double> row) {
        assertThat(row).as(where).containsKey(key);
        double bound =
                switch (key) {
                    case "loss", "eval_loss", "train_loss" -> FOUR_DECIMALS;
                    case "grad_norm" -> FOUR_DECIMALS * Math.max(1, expected);
                    default -> SAME;
                };
        assertThat(row.get(key)).as("%s of %s", key, where).isCloseTo(expected, within(bound));
    }

    private static void assertRates(String name, GoldenCurve curve, Path found) {
        if (curve.rates().isPresent()) {
            assertThat(found).as(name).hasSameBinaryContentAs(curve.rates().get());
        } else {
            boolean asked = curve.recipe().monitor().writesCsv();
            assertThat(Files.exists(found)).as("%s: %s", name, found).isEqualTo(asked);
        }
    }

    private static void assertNorms(String name, Map<String, Double> expected, Path weights) {
        try (TensorFile file = SafetensorsFile.open(weights, weights.toString())) {
            assertThat(file.tensors().keySet()).as(name).isEqualTo(expected.keySet());
            expected.forEach(
                    (parameter, norm) ->
                            assertThat(norm(file, parameter) / norm)
                                    .as("%s: norm of %s", name, parameter)
                                    .isCloseTo(1, within(NORM)));
        }
    }

    private static double norm(TensorFile file, String parameter) {
        long size = requireNonNull(file.tensors().get(parameter), parameter).sizeElements();
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(size * Float.BYTES))
                        .order(ByteOrder.LITTLE_ENDIAN);
        file.read(parameter, 0, bytes);
        FloatBuffer values = bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        double sum = 0;
        while (values.hasRemaining()) {
            double value = values.get();
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
