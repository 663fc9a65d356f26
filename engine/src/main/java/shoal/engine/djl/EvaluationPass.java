package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import shoal.engine.RowResult;

/** One slice of an evaluation batch through all units, without dropout: a stage per unit. */
final class EvaluationPass implements Staged {
    private final DjlEngine.Parts parts;
    private final PackedRows rows;
    private final int[] places;
    private final RowResult[] results;
    private int stagesDone;
    private @Nullable Forward forward;

    /**
     * A pass over packed rows.
     *
     * @param places where the result of each row that was packed goes
     * @param results filled by this pass
     */
    EvaluationPass(DjlEngine.Parts parts, PackedRows rows, int[] places, RowResult[] results) {
        this.parts = parts;
        this.rows = rows;
        this.places = places;
        this.results = results;
    }

    @Override
    public int stages() {
        return parts.model().config().layers() + 2;
    }

    @Override
    public void advance() {
        int stage = stagesDone++;
        DropoutMask none = parts.masks().get(NativeThread.require()).none();
        if (stage == 0) {
            forward = new Forward(parts.kernel(), parts.model(), rows);
            forward.embed(none);
        } else if (stage < stages() - 1) {
            forward().layer(stage - 1, none);
            forward().forget(stage - 1);
        } else {
            PtNDArray[] head = forward().head();
            collect(head[0].toFloatArray(), head[1].toFloatArray());
            forward().close();
            forward = null;
        }
    }

    private Forward forward() {
        if (forward == null) {
            throw new IllegalStateException("the rows are not embedded");
        }
        return forward;
    }

    private void collect(float[] losses, float[] logits) {
        int labels = logits.length / losses.length;
        for (int i = 0; i < losses.length; i++) {
            float[] own = Arrays.copyOfRange(logits, i * labels, (i + 1) * labels);
            results[places[rows.places()[i]]] = new RowResult(losses[i], largest(own), own);
        }
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
