package shoal.plan.schedule;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.plan.TestRecipes;
import shoal.recipe.ScheduleRecipe.WarmupCosine;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Rates that DeepSpeed's own WarmupCosineLR gave (testkit/scripts/make_rule_golden.py). */
final class WarmupCosineTest {
    @Test
    void each_update_uses_and_logs_what_deepspeed_s_does() throws IOException {
        JsonObject golden = golden();
        double peak = number(golden, "peak");

        for (JsonValue value : array(golden, "cases").values()) {
            JsonObject one = (JsonObject) value;
            JsonObject arguments = (JsonObject) one.member("arguments").orElseThrow();
            LearningRates rates =
                    LearningRates.of(TestRecipes.plain().with(schedule(arguments)).recipe(), 12);
            List<JsonValue> used = array(one, "used").values();
            List<JsonValue> logged = array(one, "logged").values();

            assertThat(peak).isEqualTo(TestRecipes.plain().recipe().optimizer().learningRate());
            for (int step = 1; step <= used.size(); step++) {
                // Python's log and cos are the C library's, ours StrictMath's: an ulp apart.
                assertThat(rates.at(step)).isCloseTo(number(used.get(step - 1)), within(1e-18));
                assertThat(rates.loggedAt(step))
                        .isCloseTo(number(logged.get(step - 1)), within(1e-18));
            }
        }
    }

    @Test
    void the_end_is_the_last_step_of_the_run_where_the_file_says_auto() {
        WarmupLength warmup = new WarmupLength(2, 0);
        WarmupCosine auto = new WarmupCosine(0, -1, warmup, true, 0.5, -1);
        WarmupCosine given = new WarmupCosine(0, 2, warmup, true, 0.5, 9);
        LearningRates rates = LearningRates.of(TestRecipes.plain().with(auto).recipe(), 9);
        LearningRates same = LearningRates.of(TestRecipes.plain().with(given).recipe(), 30);

        for (int step = 1; step <= 9; step++) {
            assertThat(rates.at(step)).isEqualTo(same.at(step));
        }
        assertThat(rates.loggedAt(9)).isEqualTo(5e-4);
    }

    private static WarmupCosine schedule(JsonObject arguments) {
        return new WarmupCosine(
                arguments.member("warmup_min_ratio").map(WarmupCosineTest::number).orElse(0.0),
                (int) number(arguments, "warmup_num_steps"),
                new WarmupLength(0, 0),
                arguments
                        .member("warmup_type")
                        .map(type -> ((JsonText) type).text().equals("log"))
                        .orElse(true),
                arguments.member("cos_min_ratio").map(WarmupCosineTest::number).orElse(1e-4),
                (int) number(arguments, "total_num_steps"));
    }

    private static JsonObject golden() throws IOException {
        try (InputStream in = WarmupCosineTest.class.getResourceAsStream("warmup-cosine.json")) {
            return JsonReader.readObject(requireNonNull(in).readAllBytes(), "warmup-cosine.json");
        }
    }

    private static JsonArray array(JsonObject object, String name) {
        return (JsonArray) object.member(name).orElseThrow();
    }

    private static double number(JsonObject object, String name) {
        return number(object.member(name).orElseThrow());
    }

    private static double number(JsonValue value) {
        return Double.parseDouble(((JsonNumber) value).literal());
    }
}
