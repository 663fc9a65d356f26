package shoal.testkit.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;

/**
 * Whole runs without dropout equal HF Trainer's at every logged step.
 *
 * <p>Losses, norms and metrics agree to 4 decimals, the precision in which HF logs losses: two
 * roundings to 4 decimals of numbers that differ in fp32's last places may differ by one unit.
 * Learning rates are computed in double on both sides. Final parameters are the sum of all steps:
 * 1e-4 of their norm.
 *
 * <p>Biases of attention have a wider bound. Softmax does not see what is added to all scores of a
 * query, so the key bias has a gradient of exactly zero in mathematics, of rounding errors in fp32;
 * AdamW divides by their size and walks. HF on 1 thread differs from the same HF on 2 threads by
 * 1.7e-4 in the norm of c_attn.bias on constant-noclip, and by less than 1e-7 in every other one.
 */
final class GoldenCurveTest {
    private static final double FOUR_DECIMALS = 1e-4;
    private static final double LEARNING_RATE = 1e-12;
    private static final double PARAMETER_NORM = 1e-4;
    private static final double KEY_BIAS_NORM = 5e-4;

    @TestFactory
    Stream<DynamicTest> curves_of_our_own_equal_those_of_hf() {
        return GoldenFolder.own().curves().stream()
                .map(curve -> DynamicTest.dynamicTest(curve.name(), () -> check(curve)));
    }

    @TestFactory
    Stream<DynamicTest> curves_beside_the_project_equal_those_of_hf() {
        GoldenFolder folder = GoldenFolder.besideTheProject();
        if (!folder.isThere()) {
            return Stream.of(
                    DynamicTest.dynamicTest(
                            "skipped", () -> abort("skipped: there is no " + folder.path())));
        }
        return folder.curves().stream()
                .filter(GoldenCurve::hasOneRank)
                .map(curve -> DynamicTest.dynamicTest(curve.name(), () -> check(curve)));
    }

    private static void check(GoldenCurve curve) {
        CurveRun.Result result = CurveRun.of(curve);

        List<JsonObject> expected = curve.logHistory();
        // Some of HF's runs were followed by one more evaluation, after the row of the whole run.
        assertThat(result.rows().size()).isBetween(expected.size() - 1, expected.size());
        for (int i = 0; i < result.rows().size(); i++) {
            check(result.rows().get(i), expected.get(i), "row " + i);
        }
        checkNorms(result.finalParameterNorms(), curve.finalParameterNorms());
    }

    private static void check(LogRow row, JsonObject expected, String where) {
        List<LogValue> values =
                row.values().stream()
                        .filter(value -> !value.name().matches("(train|eval)_.*(runtime|_second)"))
                        .filter(value -> !value.name().matches("(train|eval)_runtime"))
                        .toList();
        assertThat(values.stream().map(LogValue::name))
                .as(where)
                .containsExactlyInAnyOrderElementsOf(expected.members().keySet());
        for (LogValue value : values) {
            JsonValue hf = expected.member(value.name()).orElseThrow();
            double bound = value.name().equals("learning_rate") ? LEARNING_RATE : FOUR_DECIMALS;
            assertThat(value.number())
                    .as("%s: %s", where, value.name())
                    .isCloseTo(GoldenFolder.number(hf), within(bound));
        }
    }

    private static void checkNorms(Map<String, Double> actual, Map<String, Double> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, norm) -> {
                    double bound =
                            name.endsWith("attn.c_attn.bias") ? KEY_BIAS_NORM : PARAMETER_NORM;
                    assertThat(actual.get(name))
                            .as("norm of %s", name)
                            .isCloseTo(norm, within(bound * norm));
                });
    }
}
