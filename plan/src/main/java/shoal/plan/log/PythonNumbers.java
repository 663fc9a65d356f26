package shoal.plan.log;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers rounded and written as Python 3 does, since users compare them with HF's output. */
public final class PythonNumbers {
    /** Digits that tell any two doubles apart. */
    private static final int LONGEST = 17;

    private PythonNumbers() {}

    /**
     * Python's round(number, digits): the double nearest to the exact value rounded to so many
     * decimals, ties to even. NaN and infinities stay.
     */
    public static double round(double number, int digits) {
        if (!Double.isFinite(number)) {
            return number;
        }
        double rounded =
                new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, number);
    }

    /**
     * Python's repr(number): the shortest digits that read back as the same double, with an
     * exponent below 1e-4 and from 1e16.
     */
    public static String text(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        String sign = Math.copySign(1, number) < 0 ? "-" : "";
        return sign + positive(Math.abs(number));
    }

    private static String positive(double number) {
        if (number == 0) {
            return "0.0";
        }
        BigDecimal shortest = shortest(number);
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.unscaledValue().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String power = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + power;
    }

    private static BigDecimal shortest(double number) {
        BigDecimal exact = new BigDecimal(number);
        for (int digits = 1; digits < LONGEST; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == number) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(LONGEST, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }
}
