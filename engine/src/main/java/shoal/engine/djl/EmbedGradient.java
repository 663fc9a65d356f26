package shoal.engine.djl;

import java.nio.FloatBuffer;

/**
 * The gradient of the embeddings, for the rows that were read.
 *
 * @param tokens rows of wte
 * @param positions rows of wpe
 */
record EmbedGradient(SparseRows tokens, SparseRows positions) {
    /**
     * What a slice's tokens give.
     *
     * @param dx_TH gradient of the embedding's output, packed
     */
    static EmbedGradient of(PackedRows rows, FloatBuffer dx_TH, int hidden) {
        int[] ids = new int[rows.tokens()];
        int[] positions = new int[rows.tokens()];
        for (int row = 0; row < rows.count(); row++) {
            for (int t = 0; t < rows.tokens(row); t++) {
                int token = (int) rows.starts()[row] + t;
                ids[token] = (int) rows.ids()[token];
                positions[token] = t;
            }
        }
        return new EmbedGradient(
                SparseRows.gather(ids, dx_TH, hidden), SparseRows.gather(positions, dx_TH, hidden));
    }

    static EmbedGradient sum(EmbedGradient left, EmbedGradient right) {
        return new EmbedGradient(
                SparseRows.sum(left.tokens, right.tokens),
                SparseRows.sum(left.positions, right.positions));
    }
}
