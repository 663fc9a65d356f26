package shoal.engine.djl;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import shoal.engine.RowInput;
import shoal.model.GptConfig;

/**
 * The rows of one slice, one after the other without padding, shortest first, equals by row number.
 *
 * <p>A row ends with its last token that is not padding, which is the one that the classifier
 * reads; with its first if all are padding (HF GPT2ForSequenceClassification, transformers 4.57.6).
 * Attention is causal, so what follows cannot change the result and is left out.
 *
 * @param places index of each row among the rows given
 * @param starts first token of each row, and the end
 * @param ids of all tokens
 */
@SuppressWarnings("ArrayRecordComponent") // read by the kernel, never changed
record PackedRows(List<RowInput> rows, int[] places, long[] starts, long[] ids) {
    /** Packs rows; refuses ids, labels and lengths that the model does not have. */
    static PackedRows of(List<RowInput> unsorted, GptConfig config) {
        int[] places =
                IntStream.range(0, unsorted.size())
                        .boxed()
                        .sorted(
                                Comparator.comparingInt(
                                                (Integer i) -> tokens(unsorted.get(i), config))
                                        .thenComparingInt(i -> unsorted.get(i).row()))
                        .mapToInt(Integer::intValue)
                        .toArray();
        List<RowInput> rows = IntStream.of(places).mapToObj(unsorted::get).toList();
        long[] starts = new long[rows.size() + 1];
        for (int i = 0; i < rows.size(); i++) {
            check(rows.get(i), config);
            starts[i + 1] = Math.addExact(starts[i], tokens(rows.get(i), config));
        }
        long[] ids = new long[Math.toIntExact(starts[rows.size()])];
        for (int i = 0; i < rows.size(); i++) {
            for (int t = 0; t < starts[i + 1] - starts[i]; t++) {
                ids[(int) starts[i] + t] = rows.get(i).ids()[t];
            }
        }
        return new PackedRows(rows, places, starts, ids);
    }

    /** Tokens of a row that count: up to its last one that is not padding, at least one. */
    static int tokens(RowInput row, GptConfig config) {
        int last = row.ids().length - 1;
        while (last > 0 && row.ids()[last] == config.padTokenId()) {
            last--;
        }
        return last + 1;
    }

    int count() {
        return rows.size();
    }

    int tokens() {
        return ids.length;
    }

    /** Tokens of the row at an index. */
    int tokens(int index) {
        return (int) (starts[index + 1] - starts[index]);
    }

    /** The longest row's tokens. */
    int longest() {
        return tokens(rows.size() - 1);
    }

    /** Class of each row. */
    long[] labels() {
        return rows.stream().mapToLong(RowInput::label).toArray();
    }

    /** What each row's loss counts. */
    double[] weights() {
        return rows.stream().mapToDouble(RowInput::weight).toArray();
    }

    private static void check(RowInput row, GptConfig config) {
        int tokens = tokens(row, config);
        if (tokens > config.positions()) {
            throw new IllegalArgumentException(
                    "row %d has %d tokens, the model has %d positions"
                            .formatted(row.row(), tokens, config.positions()));
        }
        if (row.label() >= config.labels()) {
            throw new IllegalArgumentException(
                    "row %d has label %d, the model has classes 0 to %d"
                            .formatted(row.row(), row.label(), config.labels() - 1));
        }
        for (int t = 0; t < tokens; t++) {
            if (row.ids()[t] < 0 || row.ids()[t] >= config.vocabulary()) {
                throw new IllegalArgumentException(
                        "row %d has token id %d at %d, the model has ids 0 to %d"
                                .formatted(row.row(), row.ids()[t], t, config.vocabulary() - 1));
            }
        }
    }
}
