package shoal.plan.metric;

import java.util.stream.IntStream;
import shoal.recipe.Require;

/**
 * Accuracy, precision, recall and F1 as scikit-learn 1.7 has them (metrics/_classification.py).
 *
 * <p>Of class 1 for two classes ("binary"); beyond that the unweighted means over the classes that
 * occur as a label or as a prediction ("macro"). A quotient with zero below the line is 0.
 */
public record Classification(double accuracy, double precision, double recall, double f1) {
    /**
     * From counts per class, arrays as long as there are classes.
     *
     * @param hits rows of the class that were predicted as it
     * @param predicted rows predicted as the class
     * @param actual rows of the class
     */
    static Classification of(long[] hits, long[] predicted, long[] actual) {
        double accuracy = quotient(sum(hits), sum(actual));
        if (actual.length == 2) {
            return new Classification(
                    accuracy,
                    quotient(hits[1], predicted[1]),
                    quotient(hits[1], actual[1]),
                    f1(hits[1], predicted[1], actual[1]));
        }
        int[] present =
                IntStream.range(0, actual.length)
                        .filter(label -> actual[label] + predicted[label] > 0)
                        .toArray();
        return new Classification(
                accuracy,
                mean(present, label -> quotient(hits[label], predicted[label])),
                mean(present, label -> quotient(hits[label], actual[label])),
                mean(present, label -> f1(hits[label], predicted[label], actual[label])));
    }

    /** From a confusion matrix: {@code counts[label][prediction]}, as many rows as columns. */
    public static Classification of(long[][] counts) {
        int labels = counts.length;
        Require.atLeast("labels", labels, 1);
        long[] hits = new long[labels];
        long[] predicted = new long[labels];
        long[] actual = new long[labels];
        for (int label = 0; label < labels; label++) {
            Require.range("columns", counts[label].length, labels, labels);
            hits[label] = counts[label][label];
            for (int prediction = 0; prediction < labels; prediction++) {
                actual[label] += counts[label][prediction];
                predicted[prediction] += counts[label][prediction];
            }
        }
        return of(hits, predicted, actual);
    }

    @FunctionalInterface
    private interface Score {
        double of(int label);
    }

    private static double mean(int[] labels, Score score) {
        double sum = 0;
        for (int label : labels) {
            sum += score.of(label);
        }
        return labels.length == 0 ? 0 : sum / labels.length;
    }

    private static double f1(long hits, long predicted, long actual) {
        return quotient(2 * hits, predicted + actual);
    }

    private static double quotient(long dividend, long divisor) {
        return divisor == 0 ? 0 : (double) dividend / divisor;
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
