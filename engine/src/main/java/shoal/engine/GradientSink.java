package shoal.engine;

import java.nio.ByteBuffer;
import shoal.plan.step.SparseRows;

/**
 * Takes the sums of gradients that one worker of several has computed, one for each of the largest
 * nodes of the step's reduction tree that its leaves cover.
 *
 * <p>Called from lanes, which wait: several at a time, each as soon as its sum is there.
 */
public interface GradientSink {
    /**
     * A layer's or the head's gradient, summed over a node's leaves.
     *
     * @param values the whole unit, little-endian; must be read before this method returns
     */
    void dense(int unit, int node, ByteBuffer values);

    /** The embeddings' gradient, summed over a node's leaves. */
    void sparse(int unit, int node, SparseRows rows);
}
