package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;

/** What all leaves of one step share: the model, masks of the lanes, and where gradients go. */
final class StepContext {
    private final Kernel kernel;
    private final Model model;
    private final List<LaneMasks> masks;
    private final GradientPool pool;
    private final HeldGradient held;
    private final int step;
    private final List<TreeSum<UnitBuffer>> unitSums = new ArrayList<>();
    private final TreeSum<EmbedGradient> embedSum;

    StepContext(DjlEngine.Parts parts, int step, SumTree tree) {
        this.kernel = parts.kernel();
        this.model = parts.model();
        this.masks = parts.masks();
        this.pool = parts.pool();
        this.held = parts.held();
        this.step = step;
        for (int unit = 0; unit < model.table().units().size(); unit++) {
            int index = unit;
            unitSums.add(new TreeSum<>(tree, (left, right) -> sum(index, left, right)));
        }
        this.embedSum = new TreeSum<>(tree, EmbedGradient::sum);
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
        unitSums.get(unit).offer(leaf, gradient).ifPresent(total -> held.hold(unit, total));
    }

    /** Adds a leaf's gradient of the embeddings to the step's. */
    void offer(int leaf, EmbedGradient gradient) {
        embedSum.offer(leaf, gradient).ifPresent(held::hold);
    }

    private UnitBuffer sum(int unit, UnitBuffer left, UnitBuffer right) {
        kernel.add(left.flat().tensor(), right.flat().tensor());
        pool.giveBack(model.table().units().get(unit), right);
        return left;
    }
}
