package shoal.plan.step;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Some rows of a unit's buffer: the gradient of tables of which few rows were read.
 *
 * <p>The sum of two goes row by row: a row of both is added, left + right; a row of one is kept as
 * it is. So it equals the dense sum wherever a row is present, and costs what is there.
 *
 * @param width elements of a row
 * @param starts first element of each row within the unit, ascending
 * @param values one row per start, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never changed after
public record SparseRows(int width, int[] starts, float[] values) {
    public SparseRows {
        if (values.length != Math.multiplyExact(width, starts.length)) {
            throw new IllegalArgumentException(
                    "%d values for %d rows of %d".formatted(values.length, starts.length, width));
        }
    }

    /**
     * Adds up what each row got, in the order of the tokens.
     *
     * @param gradient a row of {@code width} per token
     * @param tables for each table, the start of the row that each token read
     */
    public static SparseRows gather(FloatBuffer gradient, int width, int[]... tables) {
        int[] starts =
                Arrays.stream(tables).flatMapToInt(Arrays::stream).sorted().distinct().toArray();
        float[] values = new float[Math.multiplyExact(width, starts.length)];
        float[] row = new float[width];
        boolean[] seen = new boolean[starts.length];
        for (int[] read : tables) {
            for (int token = 0; token < read.length; token++) {
                int place = Arrays.binarySearch(starts, read[token]);
                gradient.get(token * width, row);
                if (seen[place]) {
                    addTo(values, place * width, row, 0, width);
                } else {
                    System.arraycopy(row, 0, values, place * width, width);
                    seen[place] = true;
                }
            }
        }
        return new SparseRows(width, starts, values);
    }

    /** Rows of one width that came in parts, in ascending order. */
    public static SparseRows join(int width, List<SparseRows> parts) {
        int rows = parts.stream().mapToInt(SparseRows::rows).reduce(0, Math::addExact);
        int[] starts = new int[rows];
        float[] values = new float[Math.multiplyExact(rows, width)];
        int at = 0;
        for (SparseRows part : parts) {
            System.arraycopy(part.starts, 0, starts, at, part.rows());
            System.arraycopy(part.values, 0, values, at * width, part.values.length);
            at += part.rows();
        }
        return new SparseRows(width, starts, values);
    }

    public int rows() {
        return starts.length;
    }

    /** The rows, whole ones, that have elements in a range of the unit. */
    public SparseRows touching(long from, long to) {
        int first = 0;
        while (first < starts.length && starts[first] + (long) width <= from) {
            first++;
        }
        int end = first;
        while (end < starts.length && starts[end] < to) {
            end++;
        }
        return part(first, end);
    }

    /** The rows of the indices {@code first} to {@code end - 1}. */
    public SparseRows part(int first, int end) {
        return new SparseRows(
                width,
                Arrays.copyOfRange(starts, first, end),
                Arrays.copyOfRange(values, first * width, end * width));
    }

    /** left + right. */
    public static SparseRows sum(SparseRows left, SparseRows right) {
        int width = left.width;
        int[] starts =
                IntStream.concat(Arrays.stream(left.starts), Arrays.stream(right.starts))
                        .sorted()
                        .distinct()
                        .toArray();
        float[] values = new float[Math.multiplyExact(width, starts.length)];
        int l = 0;
        int r = 0;
        for (int i = 0; i < starts.length; i++) {
            boolean inLeft = l < left.starts.length && left.starts[l] == starts[i];
            boolean inRight = r < right.starts.length && right.starts[r] == starts[i];
            if (inLeft) {
                System.arraycopy(left.values, l * width, values, i * width, width);
                l++;
            }
            if (inRight && inLeft) {
                addTo(values, i * width, right.values, r * width, width);
            } else if (inRight) {
                System.arraycopy(right.values, r * width, values, i * width, width);
            }
            r += inRight ? 1 : 0;
        }
        return new SparseRows(width, starts, values);
    }

    private static void addTo(float[] sums, int at, float[] terms, int from, int count) {
        for (int i = 0; i < count; i++) {
            sums[at + i] += terms[from + i];
        }
    }
}
