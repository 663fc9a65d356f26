package shoal.engine.djl;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Some rows of a wide matrix: the gradient of a table of which few rows were read.
 *
 * <p>The sum of two goes row by row: a row of both is added, left + right; a row of one is kept as
 * it is. So it equals the dense sum wherever a row is present, and costs what is there.
 *
 * @param width elements of a row
 * @param indices ascending row indices
 * @param values one row per index, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never changed after
record SparseRows(int width, int[] indices, float[] values) {
    SparseRows {
        if (values.length != Math.multiplyExact(width, indices.length)) {
            throw new IllegalArgumentException(
                    "%d values for %d rows of %d".formatted(values.length, indices.length, width));
        }
    }

    /**
     * Adds up what each table row got, in the order of the tokens.
     *
     * @param index table row of each token
     * @param gradient a row of {@code width} per token
     */
    static SparseRows gather(int[] index, FloatBuffer gradient, int width) {
        int[] indices = Arrays.stream(index).sorted().distinct().toArray();
        float[] values = new float[Math.multiplyExact(width, indices.length)];
        float[] row = new float[width];
        boolean[] seen = new boolean[indices.length];
        for (int token = 0; token < index.length; token++) {
            int place = Arrays.binarySearch(indices, index[token]);
            gradient.get(token * width, row);
            if (seen[place]) {
                addTo(values, place * width, row, 0, width);
            } else {
                System.arraycopy(row, 0, values, place * width, width);
                seen[place] = true;
            }
        }
        return new SparseRows(width, indices, values);
    }

    /** left + right. */
    static SparseRows sum(SparseRows left, SparseRows right) {
        int width = left.width;
        int[] indices =
                IntStream.concat(Arrays.stream(left.indices), Arrays.stream(right.indices))
                        .sorted()
                        .distinct()
                        .toArray();
        float[] values = new float[Math.multiplyExact(width, indices.length)];
        int l = 0;
        int r = 0;
        for (int i = 0; i < indices.length; i++) {
            boolean inLeft = l < left.indices.length && left.indices[l] == indices[i];
            boolean inRight = r < right.indices.length && right.indices[r] == indices[i];
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
        return new SparseRows(width, indices, values);
    }

    private static void addTo(float[] sums, int at, float[] terms, int from, int count) {
        for (int i = 0; i < count; i++) {
            sums[at + i] += terms[from + i];
        }
    }
}
