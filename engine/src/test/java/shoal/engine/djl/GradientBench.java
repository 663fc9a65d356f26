package shoal.engine.djl;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.TearDown;
import shoal.plan.step.BlockNorms;

/** What is done to a layer's gradient between backward and update, per element. */
public class GradientBench extends LaneBench {
    private final Kernel kernel = new Kernel(config(1), 0);
    private final UnitBuffer left = gradient(kernel, 1);
    private final UnitBuffer right = gradient(kernel, 2);

    /** One node of the reduction tree: left += right. */
    @Benchmark
    @OperationsPerInvocation(LAYER_ELEMENTS)
    public void add() {
        kernel.add(left.flat().tensor(), right.flat().tensor());
    }

    /** The squared norm of every block. */
    @Benchmark
    @OperationsPerInvocation(LAYER_ELEMENTS)
    public double[] blockNorms() {
        return new BlockNorms().all(right.flat().floats());
    }

    @TearDown
    public void close() {
        left.close();
        right.close();
        kernel.close();
    }
}
