package shoal.plan.step;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Adds doubles without rounding and rounds the total once, to nearest even: neither the order of
 * the terms nor how they are grouped can change a bit.
 *
 * <p>A fixed-point number wide enough for every double, in digits of 32 bits held in longs, whose
 * upper halves take carries (Kulisch and Miranker 1981; Neal 2015, arXiv:1505.05571). Not for
 * concurrent use.
 */
public final class ExactSum {
    /** The exponent of the lowest bit: the smallest double is 2^-1074. */
    private static final int LOWEST_EXPONENT = -1_074;

    private static final int DIGIT_BITS = 32;
    private static final long DIGIT_MASK = 0xffffffffL;

    /** 2,098 bits of any double's range and 62 for the carries of 2^62 terms, in whole digits. */
    private static final int DIGITS = (2_098 + 62 + DIGIT_BITS - 1) / DIGIT_BITS;

    /** Length of a sum that travels. */
    public static final int SIZE_BYTES = (DIGITS - 1) * Integer.BYTES + Long.BYTES;

    /** Terms between two carries: a digit grows by less than 2^32 each and must stay below 2^63. */
    private static final int TERMS_PER_CARRY = 1 << 30;

    private final long[] digits = new long[DIGITS];
    private int termsSinceCarry;

    /** Adds one finite double. */
    public void add(double term) {
        if (!Double.isFinite(term)) {
            throw new IllegalArgumentException("term is " + term + ", expected a finite number");
        }
        long bits = Double.doubleToRawLongBits(term);
        int exponent = (int) (bits >>> 52) & 0x7ff;
        long fraction = bits & ((1L << 52) - 1);
        long mantissa = exponent == 0 ? fraction : fraction | 1L << 52;
        int position = Math.max(exponent - 1, 0);
        int digit = position / DIGIT_BITS;
        int shift = position % DIGIT_BITS;
        long low = (mantissa << shift) & DIGIT_MASK;
        long middle = (mantissa >>> (DIGIT_BITS - shift)) & DIGIT_MASK;
        long high = shift == 0 ? 0 : mantissa >>> (2 * DIGIT_BITS - shift);
        long sign = bits < 0 ? -1 : 1;
        digits[digit] += sign * low;
        digits[digit + 1] += sign * middle;
        digits[digit + 2] += sign * high;
        count(1);
    }

    /** Adds everything that another sum has taken. */
    public void add(ExactSum other) {
        other.carry();
        for (int i = 0; i < DIGITS; i++) {
            digits[i] += other.digits[i];
        }
        count(1);
    }

    /**
     * The sum as it travels: every digit but the last as 4 bytes, the last one, which holds the
     * sign, as 8; big-endian, lowest digit first.
     */
    public byte[] toBytes() {
        carry();
        ByteBuffer bytes = ByteBuffer.allocate(SIZE_BYTES);
        for (int i = 0; i < DIGITS - 1; i++) {
            bytes.putInt((int) digits[i]);
        }
        return bytes.putLong(digits[DIGITS - 1]).array();
    }

    /** The sum that {@link #toBytes} gave these bytes. */
    public static ExactSum fromBytes(byte[] bytes) {
        if (bytes.length != SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "an exact sum has " + SIZE_BYTES + " bytes, not " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        ExactSum sum = new ExactSum();
        for (int i = 0; i < DIGITS - 1; i++) {
            sum.digits[i] = Integer.toUnsignedLong(buffer.getInt());
        }
        sum.digits[DIGITS - 1] = buffer.getLong();
        return sum;
    }

    /** The sum, rounded once to the nearest double; infinite if it is beyond every double. */
    public double value() {
        carry();
        BigInteger total = BigInteger.ZERO;
        for (int i = DIGITS - 1; i >= 0; i--) {
            total = total.shiftLeft(DIGIT_BITS).add(BigInteger.valueOf(digits[i]));
        }
        double magnitude = round(total.abs());
        return total.signum() < 0 ? -magnitude : magnitude;
    }

    private void count(int terms) {
        termsSinceCarry += terms;
        if (termsSinceCarry >= TERMS_PER_CARRY) {
            carry();
        }
    }

    /** Brings every digit but the last one, which holds the sign, into [0, 2^32). */
    private void carry() {
        for (int i = 0; i < DIGITS - 1; i++) {
            digits[i + 1] += digits[i] >> DIGIT_BITS;
            digits[i] &= DIGIT_MASK;
        }
        termsSinceCarry = 0;
    }

    /** The double nearest to {@code magnitude x 2^-1074}, ties to even. */
    private static double round(BigInteger magnitude) {
        int dropped = Math.max(0, magnitude.bitLength() - 53);
        BigInteger kept = magnitude.shiftRight(dropped);
        if (dropped > 0 && magnitude.testBit(dropped - 1)) {
            boolean aboveHalf = magnitude.getLowestSetBit() < dropped - 1;
            if (aboveHalf || kept.testBit(0)) {
                kept = kept.add(BigInteger.ONE);
            }
        }
        return Math.scalb(kept.doubleValue(), dropped + LOWEST_EXPONENT);
    }
}
