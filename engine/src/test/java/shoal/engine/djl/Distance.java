package shoal.engine.djl;

/** How long a tensor is, and how far two are apart. */
final class Distance {
    private Distance() {}

    /** Euclidean length of the difference over that of {@code expected}. */
    static double relative(float[] actual, float[] expected) {
        if (actual.length != expected.length) {
            throw new IllegalArgumentException(
                    actual.length + " elements, expected " + expected.length);
        }
        double difference = 0;
        for (int i = 0; i < actual.length; i++) {
            double d = (double) actual[i] - expected[i];
            difference += d * d;
        }
        return Math.sqrt(difference / squaredLength(expected));
    }

    static double squaredLength(float[] tensor) {
        double length = 0;
        for (float value : tensor) {
            length += (double) value * value;
        }
        return length;
    }
}
