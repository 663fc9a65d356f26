package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import shoal.plan.step.SparseRows;

/**
 * One leaf through all units, up and down: a stage per unit and direction.
 *
 * <p>Stages: embed, layers, head (forward and backward), layers in reverse, embed backward. Each
 * backward stage hands its unit's gradient on as soon as it is there.
 */
final class SlicePass implements Staged {
    private final StepContext context;
    private final int leaf;
    private final PackedRows rows;
    private final float[] losses;
    private int stagesDone;
    private @Nullable Forward forward;
    private @Nullable PtNDArray dx;

    SlicePass(StepContext context, int leaf, PackedRows rows) {
        this.context = context;
        this.leaf = leaf;
        this.rows = rows;
        this.losses = new float[rows.count()];
    }

    PackedRows rows() {
        return rows;
    }

    /** Loss of each row, in the order of {@link #rows}. */
    float[] losses() {
        return losses;
    }

    @Override
    public int stages() {
        return 2 * context.layers() + 3;
    }

    @Override
    public void advance() {
        int layers = context.layers();
        int stage = stagesDone++;
        if (stage == 0) {
            embed();
        } else if (stage <= layers) {
            layer(stage - 1);
        } else if (stage == layers + 1) {
            head();
        } else if (stage < stages() - 1) {
            layerBackward(2 * layers + 1 - stage);
        } else {
            embedBackward();
        }
    }

    private void embed() {
        Forward up = new Forward(context.kernel(), context.model(), rows, context.inputsOnly());
        forward = up;
        up.embed(context.masks().embedding(context.step(), rows));
    }

    private void layer(int layer) {
        forward().layer(layer, context.masks().layer(context.step(), rows, layer));
    }

    private void head() {
        PtNDArray[] saved = forward().head();
        System.arraycopy(saved[0].toFloatArray(), 0, losses, 0, losses.length);
        int unit = context.model().headUnit();
        UnitBuffer gradient = context.take(unit);
        dx =
                context.model()
                        .with(
                                unit,
                                weights ->
                                        context.kernel()
                                                .headBackward(
                                                        scope(),
                                                        saved,
                                                        rows,
                                                        context.lossScale(),
                                                        weights,
                                                        gradient.list()));
        Forward.closeAll(saved);
        context.offer(unit, leaf, gradient);
    }

    private void layerBackward(int layer) {
        int unit = Model.unitOfLayer(layer);
        UnitBuffer gradient = context.take(unit);
        DropoutMask mask = context.masks().layer(context.step(), rows, layer);
        PtNDArray dy = dx();
        dx =
                context.model()
                        .with(
                                unit,
                                weights ->
                                        layerBackward(
                                                layer,
                                                dy,
                                                new Kernel.UnitPair(
                                                        layer, weights, gradient.list(), mask)));
        dy.close();
        forward().forget(layer);
        context.offer(unit, leaf, gradient);
    }

    private PtNDArray layerBackward(int layer, PtNDArray dy, Kernel.UnitPair pair) {
        PtNDArray[] saved = forward().saved(layer, pair.weights(), pair.mask());
        return layer == context.layers() - 1
                ? context.kernel().lastLayerBackward(scope(), dy, saved, rows, pair)
                : context.kernel().layerBackward(scope(), dy, saved, rows, pair);
    }

    private void embedBackward() {
        DropoutMask mask = context.masks().embedding(context.step(), rows);
        PtNDArray gradient_TH = context.kernel().embedBackward(scope(), dx(), mask);
        SparseRows gradient =
                EmbedGradient.of(
                        rows,
                        gradient_TH
                                .toByteBuffer(true)
                                .order(ByteOrder.nativeOrder())
                                .asFloatBuffer(),
                        context.model().table().units().get(0),
                        context.model().config().hidden());
        forward().close();
        forward = null;
        dx = null;
        context.offer(leaf, gradient);
    }

    private PtNDManager scope() {
        return forward().scope();
    }

    private Forward forward() {
        if (forward == null) {
            throw new IllegalStateException("leaf " + leaf + " is not embedded");
        }
        return forward;
    }

    private PtNDArray dx() {
        if (dx == null) {
            throw new IllegalStateException("leaf " + leaf + " has not passed the head");
        }
        return dx;
    }
}
