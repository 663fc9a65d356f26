package shoal.coordinator.core;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.SplittableRandom;

/** Numbers and texts at their bounds, drawn from a seed; most are small, or nothing would run. */
final class GeneratedNumbers {
    private static final long[] WHOLE = {
        0,
        1,
        2,
        3,
        7,
        1_023,
        1_024,
        1_025,
        65_535,
        65_536,
        65_537,
        50_000_000,
        (1L << 30),
        Integer.MAX_VALUE - 1,
        Integer.MAX_VALUE,
        1L << 31,
        -1,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static final double[] DECIMAL = {
        0.0,
        -0.0,
        Double.MIN_VALUE,
        Double.MIN_NORMAL,
        1e-300,
        1e-12,
        1e-6,
        0.1,
        0.5,
        Math.nextDown(1.0),
        1,
        Math.nextUp(1.0),
        1.5,
        1e6,
        1e9,
        1e300,
        Double.MAX_VALUE,
        -1,
        -Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };

    private final SplittableRandom random;

    /** How many of a hundred numbers are at a bound. */
    private final int boundPercent;

    GeneratedNumbers(long seed) {
        this.random = new SplittableRandom(seed);
        this.boundPercent = new int[] {0, 2, 5, 10, 30}[random.nextInt(5)];
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean flag() {
        return random.nextBoolean();
    }

    /** Whether something unusual happens. */
    boolean rarely() {
        return random.nextInt(100) < boundPercent;
    }

    long whole(long least, long usualMost) {
        return rarely()
                ? WHOLE[random.nextInt(WHOLE.length)]
                : least + random.nextLong(usualMost - least + 1);
    }

    /** As an int, whatever it was: what a field of 32 bits makes of it. */
    int count(int least, int usualMost) {
        return (int) whole(least, usualMost);
    }

    double decimal(double usualMost) {
        return rarely()
                ? DECIMAL[random.nextInt(DECIMAL.length)]
                : random.nextInt(9) * usualMost / 8;
    }

    String text(String usual, int longest) {
        if (!rarely()) {
            return usual;
        }
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "x".repeat(longest);
            case 2 -> "x".repeat(longest + 1);
            default -> "\0\u2028\ud83d\ude00\n\"\\";
        };
    }

    /** The message, or rarely with one of its fields absent, at any depth. */
    Message without(Message whole) {
        return rarely() ? absent(whole) : whole;
    }

    private Message absent(Message whole) {
        List<FieldDescriptor> set = List.copyOf(whole.getAllFields().keySet());
        if (set.isEmpty()) {
            return whole;
        }
        FieldDescriptor field = set.get(below(set.size()));
        boolean deeper =
                field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && !field.isRepeated()
                        && below(8) > 0;
        return deeper
                ? whole.toBuilder().setField(field, absent((Message) whole.getField(field))).build()
                : whole.toBuilder().clearField(field).build();
    }

    <E> E one(E[] of) {
        return of[random.nextInt(of.length)];
    }

    byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }
}
