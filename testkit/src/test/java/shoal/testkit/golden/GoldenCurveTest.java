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
 * Learning rates are computed in double on both sides. For final parameters see {@link
 * GoldenCurve#boundOfNorm}.
 */
final class GoldenCurveTest {
    private static final double FOUR_DECIMALS = 1e-4;
    private static final double LEARNING_RATE = 1e-12;

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
                (name, norm) ->
                        assertThat(actual.get(name))
                                .as("norm of %s", name)
                                .isCloseTo(norm, within(GoldenCurve.boundOfNorm(name) * norm)));
    }
}
