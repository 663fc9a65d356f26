package shoal.worker.shard;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.engine.ElementRange;
import shoal.engine.ShardedEngine;
import shoal.engine.StepWork;
import shoal.model.Unit;
import shoal.plan.step.BlockNorms;
import shoal.plan.step.SparseRows;
import shoal.plan.step.SumTree;
import shoal.recipe.Limits;
import shoal.worker.stop.StopSignal;

/**
 * The gradient of one step as far as this worker needs it: sums of nodes come in, the reduced
 * gradient of what is owned comes out in the engine's memory, and with stage 0 the others' reduced
 * ranges come in too. From any thread.
 */
final class StepReduction {
    private final Member member;
    private final StepWork work;
    private final SumTree tree;
    private final List<DenseSum> dense = new ArrayList<>();
    private final RowSum rows;
    private final FloatBuffer embed;

    // Guarded by this.
    private long elementsLeft;
    private @Nullable SparseRows embedRows;
    private @Nullable RuntimeException failure;

    /**
     * A step of which nothing has come.
     *
     * @param engine holds the reduced gradient; that of the embeddings is zero
     */
    StepReduction(Member member, StepWork work, ShardedEngine engine) {
        this.member = member;
        this.work = work;
        this.tree = work.tree();
        for (Unit unit : member.table().units()) {
            ElementRange updated = member.updated(unit.index(), member.index());
            ElementRange owned = member.owned(unit.index());
            FloatBuffer result = floats(engine, unit.index());
            int at = Math.toIntExact(owned.from() - updated.from());
            dense.add(new DenseSum(tree, owned, result.slice(at, Math.toIntExact(owned.size()))));
            elementsLeft += unit.index() == 0 ? 0 : updated.size();
        }
        this.embed = floats(engine, 0);
        this.rows = new RowSum(tree, member.updated(0, member.index()), member.width(), embed);
    }

    int step() {
        return work.step();
    }

    StepWork work() {
        return work;
    }

    SumTree tree() {
        return tree;
    }

    /** What is wrong with a part of a node's sum; empty if its pieces can be added. */
    Optional<String> problem(int unit, long offsetElements, int elements) {
        boolean fits =
                unit > 0
                        && unit < member.units()
                        && dense.get(unit).isPieces(offsetElements, elements);
        return fits ? Optional.empty() : Optional.of("no piece of what is owned here");
    }

    /**
     * Takes a piece of a node's sum of an owned range.
     *
     * @return whether the unit's owned range is reduced now
     */
    boolean add(int unit, int node, long offsetElements, FloatBuffer values) {
        boolean reduced = dense.get(unit).add(node, offsetElements, values);
        if (reduced) {
            arrived(member.owned(unit).size());
        }
        return reduced;
    }

    /** Takes rows of a node's sum of the embeddings. */
    void addRows(int node, SparseRows some) {
        rows.add(node, some);
    }

    /** All rows of a node have come. */
    void endRows(int node) {
        rows.end(node).ifPresent(this::embedReduced);
    }

    /** The reduced gradient of elements that another worker owns has come; stage 0. */
    void arrived(long elements) {
        synchronized (this) {
            elementsLeft -= elements;
            notifyAll();
        }
    }

    /** Ends every wait with this exception. */
    synchronized void fail(RuntimeException why) {
        failure = why;
        notifyAll();
    }

    /** Waits until the reduced gradient of all that is updated here is in the engine's memory. */
    void await(StopSignal stop) {
        stop.await(this, this::isReduced);
    }

    /** Rows of the embeddings that are set, for who clears them. */
    synchronized Optional<SparseRows> embedRows() {
        return Optional.ofNullable(embedRows);
    }

    /** Squared norms of the owned blocks of a unit; once the step is reduced. */
    double[] norms(int unit) {
        return unit > 0 ? dense.get(unit).norms() : embedNorms();
    }

    private synchronized void embedReduced(SparseRows set) {
        embedRows = set;
        notifyAll();
    }

    private boolean isReduced() {
        boolean all = elementsLeft <= 0 && embedRows != null;
        if (!all && failure != null) {
            throw failure;
        }
        return all;
    }

    /** Only blocks with rows that are set can differ from zero. */
    private double[] embedNorms() {
        ElementRange owned = member.owned(0);
        long updatedFrom = member.updated(0, member.index()).from();
        double[] norms = new double[Math.toIntExact(owned.size() / Limits.BLOCK_ELEMENTS)];
        BlockNorms squared = new BlockNorms();
        SparseRows set = embedRows().orElseThrow().touching(owned.from(), owned.to());
        long next = owned.from();
        for (int start : set.starts()) {
            long end = Math.min(owned.to(), start + (long) set.width());
            for (next = Math.max(next, blockOf(start)); next < end; next += Limits.BLOCK_ELEMENTS) {
                int block = Math.toIntExact((next - owned.from()) / Limits.BLOCK_ELEMENTS);
                int at = Math.toIntExact((next - updatedFrom) / Limits.BLOCK_ELEMENTS);
                norms[block] = squared.squared(embed, at);
            }
        }
        return norms;
    }

    private static long blockOf(long element) {
        return element - element % Limits.BLOCK_ELEMENTS;
    }

    private static FloatBuffer floats(ShardedEngine engine, int unit) {
        return engine.gradient(unit).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
