package shoal.model.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Numbers as Python's {@code repr(float)} writes them: the shortest digits that read back as the
 * same double, {@code 1e-05}, {@code 0.5}, {@code 1e+16}.
 *
 * <p>Java 17's {@code Double.toString} is not always shortest (JDK-4511638, fixed in 19), so the
 * digits are searched for. Formatting follows CPython 3.11, Python/pystrtod.c, format code 'r'.
 */
public final class PythonNumber {
    /** Digits that always identify a double. */
    private static final int MOST_DIGITS = 17;

    private static final RoundingMode[] CANDIDATES = {
        RoundingMode.HALF_EVEN, RoundingMode.FLOOR, RoundingMode.CEILING
    };

    private PythonNumber() {}

    /** Python's {@code repr(value)}: "inf", "-inf" and "nan" where there are no digits. */
    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String sign = Math.copySign(1, value) < 0 ? "-" : "";
        return sign + (value == 0 ? "0.0" : digits(shortest(Math.abs(value))));
    }

    /** As Python's {@code json.dumps} writes a float: NaN, Infinity and -Infinity have names. */
    public static String json(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        return repr(value);
    }

    /**
     * Python's {@code round(value, digits)}: the double nearest to the exact value rounded to so
     * many decimals, ties to even. NaN and infinities stay.
     */
    public static double round(double value, int digits) {
        if (!Double.isFinite(value)) {
            return value;
        }
        double rounded =
                new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, value);
    }

    /** The shortest decimal that reads back as value, the nearest one of several. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            for (RoundingMode mode : CANDIDATES) {
                BigDecimal candidate = exact.round(new MathContext(digits, mode));
                if (candidate.doubleValue() == value) {
                    return candidate.stripTrailingZeros();
                }
            }
        }
        return exact.round(new MathContext(MOST_DIGITS)).stripTrailingZeros();
    }

    private static String digits(BigDecimal shortest) {
        String digits = shortest.unscaledValue().toString();
        int pointAfter = digits.length() - shortest.scale();
        if (pointAfter > 16 || pointAfter <= -4) {
            return scientific(digits, pointAfter - 1);
        }
        if (pointAfter <= 0) {
            return "0." + "0".repeat(-pointAfter) + digits;
        }
        if (pointAfter >= digits.length()) {
            return digits + "0".repeat(pointAfter - digits.length()) + ".0";
        }
        return digits.substring(0, pointAfter) + "." + digits.substring(pointAfter);
    }

    private static String scientific(String digits, int exponent) {
        String mantissa = digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "");
        String power = Integer.toString(Math.abs(exponent));
        return mantissa + (exponent < 0 ? "e-" : "e+") + (power.length() < 2 ? "0" + power : power);
    }
}
