package shoal.recipe.deepspeed;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/**
 * Values as DeepSpeed takes them: some sections are pydantic's models, which turn texts and numbers
 * into what a field holds; all else is used as Python has it, where 0 and false are one and every
 * text counts as true (deepspeed 0.19.6 runtime/config.py, config_utils.py; pydantic 2).
 */
final class PythonValues {
    private static final Set<String> YES = Set.of("1", "on", "t", "true", "y", "yes");
    private static final Set<String> NO = Set.of("0", "off", "f", "false", "n", "no");

    /** Pydantic's whole numbers: digits in groups, and a fraction of zeros. */
    private static final Pattern WHOLE = Pattern.compile("([+-]?\\d+(?:_\\d+)*)(?:\\.0*)?");

    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,3})?");

    /** Sections that are models, up to a dot; what is inside them too. */
    private static final List<String> MODELS =
            List.of(
                    "zero_optimization.",
                    "fp16.",
                    "bf16.",
                    "bfloat16.",
                    "tensorboard.",
                    "wandb.",
                    "csv_monitor.",
                    "comet.",
                    "comms_logger.",
                    "hybrid_engine.",
                    "compile.",
                    "timers.",
                    "tensor_parallel.");

    /** Switches that Python computes with, so that a text is a TypeError. */
    private static final Set<String> NO_TEXT =
            Set.of("wall_clock_breakdown", "flops_profiler.enabled");

    private PythonValues() {}

    /** What a value of a file stands for; the value itself where it stands for nothing else. */
    static JsonValue read(String name, Key key, JsonValue value) {
        ValueType type = inner(key.type());
        if (type instanceof ValueType.Flag) {
            return flag(name, value).orElse(value);
        }
        boolean isModel = MODELS.stream().anyMatch(name::startsWith);
        if (isModel && type instanceof ValueType.Whole) {
            return number(value, WHOLE).orElse(value);
        }
        if (isModel && type instanceof ValueType.Real) {
            return number(value, DECIMAL).orElse(value);
        }
        return value;
    }

    /** A text that reads like "no", where Python takes every text for "yes". */
    static boolean isTrap(String name, Key key, JsonValue value) {
        return inner(key.type()) instanceof ValueType.Flag
                && value instanceof JsonText text
                && NO.contains(text.text().toLowerCase(Locale.ROOT))
                && MODELS.stream().noneMatch(name::startsWith);
    }

    private static ValueType inner(ValueType type) {
        if (type instanceof ValueType.OrNull optional) {
            return inner(optional.type());
        }
        return type instanceof ValueType.OrAuto automatic ? inner(automatic.type()) : type;
    }

    private static Optional<JsonValue> flag(String name, JsonValue value) {
        if (value instanceof JsonNumber number
                && (number.decimal() == 0 || number.decimal() == 1)) {
            return Optional.of(new JsonBoolean(number.decimal() == 1, value.line()));
        }
        if (!(value instanceof JsonText text) || ValueType.OrAuto.isAuto(value)) {
            return Optional.empty();
        }
        String word = text.text().toLowerCase(Locale.ROOT);
        if (MODELS.stream().anyMatch(name::startsWith)) {
            return YES.contains(word) || NO.contains(word)
                    ? Optional.of(new JsonBoolean(YES.contains(word), value.line()))
                    : Optional.empty();
        }
        return word.isEmpty() || NO_TEXT.contains(name) || NO.contains(word)
                ? Optional.empty()
                : Optional.of(new JsonBoolean(true, value.line()));
    }

    private static Optional<JsonValue> number(JsonValue value, Pattern form) {
        if (value instanceof JsonBoolean flag) {
            return Optional.of(new JsonNumber(flag.value() ? "1" : "0", value.line()));
        }
        if (!(value instanceof JsonText text) || !form.matcher(text.text().strip()).matches()) {
            return Optional.empty();
        }
        String digits = text.text().strip().replace("_", "");
        return Optional.of(new JsonNumber(new BigDecimal(digits).toString(), value.line()));
    }
}
