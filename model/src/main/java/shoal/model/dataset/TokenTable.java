package shoal.model.dataset;

import java.util.Arrays;
import java.util.List;
import shoal.model.GptConfig;
import shoal.model.tokenizer.Tokenizer;
import shoal.recipe.Require;
import shoal.recipe.UserException;

/**
 * Token ids of all rows of a data set, packed into one array. Immutable; safe for any thread.
 *
 * <p>A row holds what the classifier reads: HF's GPT2ForSequenceClassification (transformers
 * 4.57.6) takes the logits at the last id that differs from pad_token_id, and attention is causal,
 * so ids behind it change nothing and are left out here. A row that is empty, or only padding, is
 * one pad id, since HF then reads position 0.
 */
public final class TokenTable {
    /** Rows given to the tokenizer at a time: enough for its threads, few enough for memory. */
    private static final int BATCH_ROWS = 1_024;

    /** The longest array of ints that every JVM allocates. */
    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

    private final int[] ids;
    private final int[] starts;
    private final int[] labels;
    private final int[] readTokens;

    private TokenTable(int[] ids, int[] starts, int[] labels, int[] readTokens) {
        this.ids = ids;
        this.starts = starts;
        this.labels = labels;
        this.readTokens = readTokens;
    }

    /**
     * Tokenizes every row.
     *
     * @throws UserException if an id is beyond the model's vocabulary
     */
    public static TokenTable of(DataSet data, Tokenizer tokenizer, GptConfig config) {
        Packing packing = new Packing(data, config);
        List<TextRow> rows = data.rows();
        for (int from = 0; from < rows.size(); from += BATCH_ROWS) {
            int to = Math.min(rows.size(), from + BATCH_ROWS);
            List<String> texts = rows.subList(from, to).stream().map(TextRow::text).toList();
            for (int[] row : tokenizer.encodeAll(texts)) {
                packing.add(row);
            }
        }
        return packing.table();
    }

    public int rows() {
        return labels.length;
    }

    /** The ids that the classifier reads: at least one. A copy. */
    public int[] ids(int row) {
        return Arrays.copyOfRange(ids, starts[row], starts[row + 1]);
    }

    /** How many {@link #ids} a row has, at least 1. */
    public int length(int row) {
        return starts[row + 1] - starts[row];
    }

    /** Ids that the tokenizer gave, trailing pad ids too: HF's length in group_by_length. */
    public int tokenizedLength(int row) {
        return readTokens[row];
    }

    public int label(int row) {
        return labels[row];
    }

    /** Tokens of all rows. */
    public long tokens() {
        return ids.length;
    }

    /** Collects rows in order. */
    private static final class Packing {
        private final DataSet data;
        private final GptConfig config;
        private final int[] starts;
        private final int[] labels;
        private final int[] readTokens;
        private int[] ids;
        private int row;

        Packing(DataSet data, GptConfig config) {
            this.data = data;
            this.config = config;
            int rows = data.rows().size();
            this.starts = new int[rows + 1];
            this.labels = new int[rows];
            this.readTokens = new int[rows];
            this.ids = new int[(int) Math.min(MOST_TOKENS, 64L * rows)];
        }

        void add(int[] given) {
            int length = readLength(given, config.padTokenId());
            int start = starts[row];
            require(start + (long) Math.max(1, length));
            if (length == 0) {
                ids[start] = config.emptyTextToken();
            }
            for (int i = 0; i < length; i++) {
                ids[start + i] = checked(given[i]);
            }
            readTokens[row] = given.length;
            labels[row] = data.rows().get(row).label();
            row++;
            starts[row] = start + Math.max(1, length);
        }

        private static int readLength(int[] given, int padTokenId) {
            int length = given.length;
            while (length > 0 && given[length - 1] == padTokenId) {
                length--;
            }
            return length;
        }

        private int checked(int id) {
            if (id < config.vocabulary()) {
                return id;
            }
            throw new UserException(
                    data.shownName() + ":" + data.rows().get(row).line(),
                    String.format(
                            "has the token id %d, but the model's vocab_size is %d: the tokenizer"
                                    + " files and the weights do not belong together.",
                            id, config.vocabulary()));
        }

        private void require(long size) {
            if (size > MOST_TOKENS) {
                throw new UserException(
                        data.shownName(),
                        "has more than " + MOST_TOKENS + " tokens. Split the file.");
            }
            if (size > ids.length) {
                long doubled = Math.max(size, 2L * ids.length);
                ids = Arrays.copyOf(ids, (int) Math.min(MOST_TOKENS, doubled));
            }
        }

        TokenTable table() {
            Require.range("row", row, labels.length, labels.length);
            return new TokenTable(Arrays.copyOf(ids, starts[row]), starts, labels, readTokens);
        }
    }
}
