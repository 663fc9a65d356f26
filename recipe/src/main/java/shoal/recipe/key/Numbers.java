package shoal.recipe.key;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonValue;

/** Numbers as flags spell them, and their bounds in words. */
final class Numbers {
    /** Python's float() without underscores, inf and nan. */
    private static final Pattern PYTHON =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,6})?");

    private static final Pattern JSON =
            Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");

    private Numbers() {}

    static Optional<JsonValue> fromWords(List<String> words) {
        if (words.size() != 1 || !PYTHON.matcher(words.get(0)).matches()) {
            return Optional.empty();
        }
        String word = words.get(0);
        String literal = JSON.matcher(word).matches() ? word : new BigDecimal(word).toString();
        return Optional.of(new JsonNumber(literal, 0));
    }

    static String bounds(boolean bounded, long least, long most) {
        if (!bounded) {
            return "";
        }
        return most == Long.MAX_VALUE || most == Integer.MAX_VALUE
                ? " of at least " + least
                : " from " + least + " to " + most;
    }

    static String expected(double least, double most) {
        String to = most >= 1e300 ? "" : (" and at most " + plain(most));
        if (least == Double.MIN_VALUE) {
            return "a number above 0" + to;
        }
        if (least <= -1e300) {
            return "a number";
        }
        return to.isEmpty()
                ? "a number of at least " + plain(least)
                : "a number from " + plain(least) + " to " + plain(most);
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
