package shoal.recipe.key;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shoal.recipe.Require;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * A number of things, or any number between two.
 *
 * @param least at least 1
 * @param most no less than {@code least}
 */
public record CountRange(int least, int most) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}):([0-9]{1,9})");

    public CountRange {
        Require.atLeast("least", least, 1);
        Require.atLeast("most", most, least);
    }

    /** Reads 2, "1:4"; empty if it is neither. */
    static Optional<CountRange> read(JsonValue value) {
        if (value instanceof JsonNumber number && number.integer().isPresent()) {
            long count = number.integer().getAsLong();
            return count >= 1 && count <= Integer.MAX_VALUE
                    ? Optional.of(new CountRange((int) count, (int) count))
                    : Optional.empty();
        }
        return value instanceof JsonText text ? read(text.text()) : Optional.empty();
    }

    private static Optional<CountRange> read(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int least = Integer.parseInt(matcher.group(1));
        int most = Integer.parseInt(matcher.group(2));
        return least >= 1 && most >= least
                ? Optional.of(new CountRange(least, most))
                : Optional.empty();
    }

    /** As it is typed: "2", "1:4". */
    public String inWords() {
        return least == most ? Integer.toString(least) : least + ":" + most;
    }
}
