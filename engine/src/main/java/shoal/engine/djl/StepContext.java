package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import shoal.engine.StepWork;
import shoal.plan.step.SparseRows;
import shoal.plan.step.SumTree;
import shoal.plan.step.TreeSum;

/** What all leaves of one step share: the model, masks of the lanes, and where gradients go. */
final class StepContext {
    private final Kernel kernel;
    private final Model model;
    private final List<LaneMasks> masks;
    private final GradientPool pool;
    private final GradientTarget target;
    private final boolean inputsOnly;
    private final int step;
    private final double lossScale;
    private final List<TreeSum<UnitBuffer>> unitSums = new ArrayList<>();
    private final TreeSum<SparseRows> embedSum;

    /**
     * A step of which nothing is computed.
     *
     * @param inputsOnly whether layers are computed again in backward
     */
    StepContext(DjlEngine.Parts parts, StepWork work, GradientTarget target, boolean inputsOnly) {
        this.kernel = parts.kernel();
        this.model = parts.model();
        this.masks = parts.masks();
        this.pool = parts.pool();
        this.target = target;
        this.inputsOnly = inputsOnly;
        this.step = work.step();
        this.lossScale = work.lossScale();
        SumTree tree = work.tree();
        List<Integer> ends = work.ends(tree);
        for (int unit = 0; unit < model.table().units().size(); unit++) {
            int index = unit;
            unitSums.add(
                    new TreeSum<>(
                            tree,
                            ends,
                            (left, right) -> sum(index, left, right),
                            UnaryOperator.identity()));
        }
        this.embedSum = new TreeSum<>(tree, ends, SparseRows::sum, UnaryOperator.identity());
    }

    Kernel kernel() {
        return kernel;
    }

    Model model() {
        return model;
    }

    int step() {
        return step;
    }

    double lossScale() {
        return lossScale;
    }

    boolean inputsOnly() {
        return inputsOnly;
    }

    int layers() {
        return model.config().layers();
    }

    /** The calling lane's masks. */
    LaneMasks masks() {
        return masks.get(NativeThread.require());
    }

    /** A buffer for a leaf's gradient of a unit. */
    UnitBuffer take(int unit) {
        return pool.take(model.table().units().get(unit));
    }

    /** Adds a leaf's gradient of a layer or the head to the step's. */
    void offer(int unit, int leaf, UnitBuffer gradient) {
        unitSums.get(unit)
                .offer(leaf, gradient)
                .ifPresent(sum -> target.take(unit, sum.node(), sum.value()));
    }

    /** Adds a leaf's gradient of the embeddings to the step's. */
    void offer(int leaf, SparseRows gradient) {
        embedSum.offer(leaf, gradient).ifPresent(sum -> target.take(sum.node(), sum.value()));
    }

    private UnitBuffer sum(int unit, UnitBuffer left, UnitBuffer right) {
        kernel.add(left.flat().tensor(), right.flat().tensor());
        pool.giveBack(model.table().units().get(unit), right);
        return left;
    }
}
