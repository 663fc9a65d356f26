package shoal.plan.schedule;

import shoal.recipe.Require;

/**
 * The natural logarithm of a whole number, rounded to nearest: what the C library gives that Python
 * calls, but for one number in thousands. StrictMath's is another double for one number in a
 * hundred, which would show in the table of rates.
 *
 * <p>In pairs of doubles (Dekker 1971), about 100 bits; no operation depends on the machine.
 */
final class NaturalLog {
    private static final Pair LOG_OF_TWO = new Pair(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);

    /** Terms of the series, which falls by a factor of 25 at least with each. */
    private static final int TERMS = 25;

    private NaturalLog() {}

    /** log(number), at least 1. */
    static double of(int number) {
        Require.atLeast("number", number, 1);
        int exponent = Math.getExponent(number / 0.75);
        double fraction = Math.scalb((double) number, -exponent); // 0.75 to 1.5, exact
        // log m = 2 atanh z with z = (m - 1) / (m + 1), at most a fifth.
        Pair z = new Pair(fraction - 1, 0).over(Pair.sum(fraction, 1));
        Pair square = z.times(z);
        Pair sum = new Pair(0, 0);
        for (int term = TERMS; term >= 0; term--) {
            sum = sum.times(square).plus(new Pair(1, 0).over(new Pair(2 * term + 1, 0)));
        }
        Pair log = z.times(sum).times(new Pair(2, 0));
        return log.plus(LOG_OF_TWO.times(new Pair(exponent, 0))).high;
    }

    /**
     * A number as the unevaluated sum of two doubles, the second one below the first's last bit.
     */
    private record Pair(double high, double low) {
        /** Two doubles, added without rounding. */
        static Pair sum(double a, double b) {
            double sum = a + b;
            double part = sum - a;
            return new Pair(sum, (a - (sum - part)) + (b - part));
        }

        Pair plus(Pair other) {
            Pair sum = sum(high, other.high);
            return sum(sum.high, sum.low + low + other.low);
        }

        Pair times(Pair other) {
            double product = high * other.high;
            double rest = Math.fma(high, other.high, -product);
            return sum(product, rest + (high * other.low + low * other.high));
        }

        Pair over(Pair other) {
            double first = high / other.high;
            Pair rest = plus(other.times(new Pair(-first, 0)));
            double second = rest.high / other.high;
            Pair left = rest.plus(other.times(new Pair(-second, 0)));
            return sum(first, second).plus(new Pair(left.high / other.high, 0));
        }
    }
}
