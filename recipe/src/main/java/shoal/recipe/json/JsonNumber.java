package shoal.recipe.json;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.OptionalLong;

/**
 * A JSON number, kept as it was written.
 *
 * <p>{@code 1e5}, {@code 2e8} and {@code 3.0} are integers; {@code 1.5} is not, and is never cut to
 * one.
 *
 * @param literal as in the text, JSON's grammar; NaN, Infinity or -Infinity where Python wrote it
 * @param line where it stands
 */
public record JsonNumber(String literal, int line) implements JsonValue {
    /** Digits of a long: more before the point than this is no integer we hold. */
    private static final int LONG_DIGITS = 19;

    /** Decimal digits that tell any two doubles apart. */
    private static final int DOUBLE_DIGITS = 17;

    public JsonNumber {
        requireNonNull(literal, "literal");
    }

    /** An integer that was made. */
    public static JsonNumber of(long value) {
        return new JsonNumber(Long.toString(value), 0);
    }

    /**
     * A finite number that was made: the shortest decimal that reads back as the same double, the
     * same one on every Java version.
     */
    public static JsonNumber of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no number for " + value);
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < DOUBLE_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return new JsonNumber(rounded.toString(), 0);
            }
        }
        return new JsonNumber(exact.round(new MathContext(DOUBLE_DIGITS)).toString(), 0);
    }

    /** The value if it is a whole number that a long holds. */
    public OptionalLong integer() {
        BigDecimal exact;
        try {
            exact = new BigDecimal(literal);
        } catch (NumberFormatException exponentBeyondInt) {
            return OptionalLong.empty();
        }
        if (exact.signum() == 0) {
            return OptionalLong.of(0);
        }
        // The size is checked first: toBigInteger of 1e999999999 would fill the heap.
        long digitsBeforePoint = (long) exact.precision() - exact.scale();
        if (digitsBeforePoint > LONG_DIGITS || digitsBeforePoint < 1) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(exact.longValueExact());
        } catch (ArithmeticException fractionOrOverflow) {
            return OptionalLong.empty();
        }
    }

    /** The nearest double; infinite where the literal is beyond a double's range, or says so. */
    public double decimal() {
        return Double.parseDouble(literal);
    }

    @Override
    public <R> R accept(Handler<R> handler) {
        return handler.number(this);
    }
}
