package shoal.engine.djl;

import shoal.engine.GradientSink;
import shoal.model.ParameterTable;
import shoal.plan.step.SparseRows;

/** Hands sums to whoever adds up those of all workers; buffers go back to the pool at once. */
record PushedGradient(ParameterTable table, GradientPool pool, GradientSink sink)
        implements GradientTarget {
    @Override
    public void take(int unit, int node, UnitBuffer gradient) {
        sink.dense(unit, node, gradient.flat().bytes());
        pool.giveBack(table.units().get(unit), gradient);
    }

    @Override
    public void take(int node, SparseRows gradient) {
        sink.sparse(0, node, gradient);
    }
}
