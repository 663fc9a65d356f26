package shoal.engine.djl;

import java.nio.FloatBuffer;
import shoal.model.Unit;
import shoal.plan.step.SparseRows;

/** The gradient of the embeddings, for the rows that were read. */
final class EmbedGradient {
    private EmbedGradient() {}

    /**
     * What a slice's tokens give.
     *
     * @param embed the unit: wte, then wpe
     * @param dx_TH gradient of the embedding's output, packed
     */
    static SparseRows of(PackedRows rows, FloatBuffer dx_TH, Unit embed, int hidden) {
        int positionsAt = Math.toIntExact(embed.parameters().get(1).offsetElements());
        int[] ids = new int[rows.tokens()];
        int[] positions = new int[rows.tokens()];
        for (int row = 0; row < rows.count(); row++) {
            for (int t = 0; t < rows.tokens(row); t++) {
                int token = (int) rows.starts()[row] + t;
                ids[token] = Math.multiplyExact((int) rows.ids()[token], hidden);
                positions[token] = Math.addExact(positionsAt, Math.multiplyExact(t, hidden));
            }
        }
        return SparseRows.gather(dx_TH, hidden, ids, positions);
    }
}
