package shoal.plan.scale;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.recipe.LossScaling;
import shoal.recipe.Sha256;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Scales that torch and DeepSpeed themselves gave (testkit/scripts/make_scaler_golden.py). */
final class LossScaleTest {
    @Test
    void every_scale_is_that_of_torch_and_deepspeed_to_the_last_bit() throws IOException {
        List<JsonValue> traces = array(golden(), "traces");

        assertThat(traces).hasSizeGreaterThan(40);
        for (JsonValue value : traces) {
            check((JsonObject) value);
        }
    }

    @Test
    void a_scale_that_cannot_fall_says_so_before_it_is_asked_to() {
        LossScaling.Delayed scaling = new LossScaling.Delayed(2, 1_000, 1, 1, false, true);
        LossScale least = LossScale.first(scaling).after(scaling, true);

        assertThat(least).isEqualTo(new LossScale(1, 0, 1));
        assertThat(least.isExhausted(scaling)).isTrue();
        assertThat(least.after(scaling, false)).isEqualTo(new LossScale(1, 1, 1));
        assertThatThrownBy(() -> least.after(scaling, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("nothing is below a loss scale of 1.0");
    }

    @Test
    void what_does_not_move_stays_as_it_is() {
        for (LossScaling scaling : List.of(LossScaling.none(), new LossScaling.Fixed(1_000))) {
            LossScale first = LossScale.first(scaling);

            assertThat(first.after(scaling, true)).isEqualTo(first);
            assertThat(first.after(scaling, false)).isEqualTo(first);
            assertThat(first.isExhausted(scaling)).isFalse();
        }
        assertThat(LossScale.first(LossScaling.none()).scale()).isEqualTo(1);
        assertThat(LossScale.first(new LossScaling.Fixed(1_000)).scale()).isEqualTo(1_000);
    }

    private static void check(JsonObject trace) {
        LossScaling scaling = scaling(trace);
        LossScale scale = LossScale.first(scaling);
        MessageDigest digest = Sha256.digest();
        List<String> changes = new ArrayList<>();
        boolean ended = false;
        int wanted = (int) number(trace, "steps");
        int step = 0;
        for (boolean overflow : steps(trace)) {
            // At a scale of 0 every step overflows.
            ended = scale.isExhausted(scaling) && (overflow || scale.scale() == 0);
            if (ended || step == wanted) {
                break;
            }
            LossScale next = scale.after(scaling, overflow);
            step++;
            digest.update(bytes(next));
            if (next.scale() != scale.scale() || next.hysteresis() != scale.hysteresis()) {
                changes.add(step + " " + next.scale() + " " + next.hysteresis());
            }
            scale = next;
        }
        List<String> shown = shownChanges(trace);
        assertThat(changes.subList(0, Math.min(shown.size(), changes.size())))
                .as("%s: [step, scale, hysteresis]", scaling)
                .isEqualTo(shown);
        assertThat(step).as("%s: steps", scaling).isEqualTo(wanted);
        assertThat(ended).as("%s: exhausted", scaling).isEqualTo(flag(trace, "exhausted"));
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .as("%s: all %d states", scaling, wanted)
                .isEqualTo(text(trace, "sha256"));
    }

    private static byte[] bytes(LossScale scale) {
        return ByteBuffer.allocate(Double.BYTES + 2 * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(scale.scale())
                .putInt(scale.goodSteps())
                .putInt(scale.hysteresis())
                .array();
    }

    private static LossScaling scaling(JsonObject trace) {
        double[] of =
                array(trace, "parameters").stream().mapToDouble(LossScaleTest::number).toArray();
        return switch (text(trace, "kind")) {
            case "torch" -> new LossScaling.Growing(of[0], of[1], of[2], (int) of[3]);
            case "zero" ->
                    new LossScaling.Delayed(
                            Math.scalb(1.0, (int) of[0]),
                            (int) of[1],
                            of[2],
                            (int) of[3],
                            of[4] != 0,
                            true);
            case "fused" ->
                    new LossScaling.Delayed(
                            Math.scalb(1.0, (int) of[0]), (int) of[1], of[2], 1, false, false);
            default -> throw new IllegalStateException("no scaler " + text(trace, "kind"));
        };
    }

    /** Whether each step overflows. */
    private static List<Boolean> steps(JsonObject trace) {
        List<Boolean> steps = new ArrayList<>();
        for (JsonValue run : array(trace, "runs")) {
            List<JsonValue> pair = ((JsonArray) run).values();
            for (int good = 0; good < number(pair.get(0)); good++) {
                steps.add(false);
            }
            for (int bad = 0; bad < number(pair.get(1)); bad++) {
                steps.add(true);
            }
        }
        return steps;
    }

    private static List<String> shownChanges(JsonObject trace) {
        return array(trace, "changes").stream()
                .map(change -> ((JsonArray) change).values())
                .map(
                        of ->
                                (int) number(of.get(0))
                                        + " "
                                        + number(of.get(1))
                                        + " "
                                        + (int) number(of.get(2)))
                .toList();
    }

    private static JsonObject golden() throws IOException {
        try (InputStream file = LossScaleTest.class.getResourceAsStream("traces.json")) {
            return JsonReader.readObject(
                    requireNonNull(file, "traces.json").readAllBytes(), "traces.json");
        }
    }

    private static List<JsonValue> array(JsonObject of, String name) {
        return ((JsonArray) of.member(name).orElseThrow()).values();
    }

    private static String text(JsonObject of, String name) {
        return ((JsonText) of.member(name).orElseThrow()).text();
    }

    private static boolean flag(JsonObject of, String name) {
        return ((JsonBoolean) of.member(name).orElseThrow()).value();
    }

    private static double number(JsonObject of, String name) {
        return number(of.member(name).orElseThrow());
    }

    private static double number(JsonValue value) {
        return ((JsonNumber) value).decimal();
    }
}
