package shoal.engine.djl;

import shoal.plan.step.SparseRows;

/** Where finished sums of a step's gradients go. From any lane. */
interface GradientTarget {
    /** A layer's or the head's sum over a node's leaves; the buffer is the target's from now on. */
    void take(int unit, int node, UnitBuffer gradient);

    /** The embeddings' sum over a node's leaves. */
    void take(int node, SparseRows gradient);
}
