package shoal.engine.djl;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.engine.GradientReport.BlockPlace;
import shoal.model.ParameterTable;
import shoal.model.Unit;
import shoal.plan.step.BlockNorms;
import shoal.plan.step.ExactSum;
import shoal.plan.step.SparseRows;
import shoal.recipe.Limits;

/**
 * The reduced gradient of a step, unit by unit, and its blocks' squared norms.
 *
 * <p>Layers and head sit in buffers of the pool until the update. The embeddings have a dense
 * buffer of their own, in which only rows that were read are set, and cleared the next time.
 */
final class HeldGradient implements GradientTarget, AutoCloseable {
    private final Kernel kernel;
    private final List<Unit> units;
    private final GradientPool pool;
    private final List<@Nullable UnitBuffer> buffers;
    private final List<double[]> norms;

    /** The embeddings' buffer, made when it is first needed. */
    private @Nullable UnitBuffer embed;

    /** Where the rows that are set start in it. */
    private int[] touched = {};

    HeldGradient(Kernel kernel, ParameterTable table, GradientPool pool) {
        this.kernel = kernel;
        this.units = table.units();
        this.pool = pool;
        this.buffers = new ArrayList<>(Collections.nCopies(units.size(), null));
        this.norms = new ArrayList<>(Collections.nCopies(units.size(), new double[0]));
    }

    /** Takes the reduced gradient of a layer or the head; its norms are taken at once. */
    @Override
    public void take(int unit, int node, UnitBuffer gradient) {
        double[] squared = new BlockNorms().all(gradient.flat().floats());
        synchronized (this) {
            buffers.set(unit, gradient);
            norms.set(unit, squared);
        }
    }

    /** Takes the reduced gradient of the embeddings. */
    @Override
    public void take(int node, SparseRows gradient) {
        UnitBuffer dense = embed == null ? UnitBuffer.zeros(kernel, units.get(0)) : embed;
        embed = dense;
        FloatBuffer floats = dense.flat().floats();
        float[] zeros = new float[gradient.width()];
        for (int at : touched) {
            floats.put(at, zeros);
        }
        scatter(gradient, floats);
        touched = gradient.starts();
        double[] squared = touchedNorms(floats, gradient.width());
        synchronized (this) {
            buffers.set(0, dense);
            norms.set(0, squared);
        }
    }

    /** The gradient of a unit; all units must have come. */
    synchronized UnitBuffer gradient(int unit) {
        UnitBuffer buffer = buffers.get(unit);
        if (buffer == null) {
            throw new IllegalStateException("no gradient of " + units.get(unit).name());
        }
        return buffer;
    }

    /** The exact sum of all blocks' squared norms, rounded once; NaN if a block is not finite. */
    synchronized double squaredNorm() {
        if (nonFinite().isPresent()) {
            return Double.NaN;
        }
        ExactSum sum = new ExactSum();
        for (double[] unit : norms) {
            for (double block : unit) {
                sum.add(block);
            }
        }
        return sum.value();
    }

    /** The first block whose squared norm is not finite. */
    synchronized Optional<BlockPlace> nonFinite() {
        for (Unit unit : units) {
            double[] squared = norms.get(unit.index());
            for (int block = 0; block < squared.length; block++) {
                if (!Double.isFinite(squared[block])) {
                    return Optional.of(new BlockPlace(unit.name(), block));
                }
            }
        }
        return Optional.empty();
    }

    /** Gives all buffers back. */
    synchronized void release() {
        for (Unit unit : units) {
            UnitBuffer buffer = buffers.set(unit.index(), null);
            if (buffer != null && unit.index() > 0) {
                pool.giveBack(unit, buffer);
            }
        }
    }

    @Override
    public void close() {
        release();
        if (embed != null) {
            embed.close();
        }
    }

    /** Puts rows in their place. */
    private static void scatter(SparseRows rows, FloatBuffer target) {
        for (int i = 0; i < rows.rows(); i++) {
            target.put(rows.starts()[i], rows.values(), i * rows.width(), rows.width());
        }
    }

    private double[] touchedNorms(FloatBuffer floats, int hidden) {
        BitSet blocks = new BitSet();
        for (int at : touched) {
            int last = (at + hidden - 1) / Limits.BLOCK_ELEMENTS;
            blocks.set(at / Limits.BLOCK_ELEMENTS, last + 1);
        }
        BlockNorms squared = new BlockNorms();
        double[] norms = new double[Math.toIntExact(units.get(0).blocks())];
        blocks.stream().forEach(block -> norms[block] = squared.squared(floats, block));
        return norms;
    }
}
