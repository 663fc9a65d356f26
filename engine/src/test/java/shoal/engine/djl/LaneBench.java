package shoal.engine.djl;

import java.nio.FloatBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.Unit;

/**
 * What benchmarks of the kernel share: JMH's threads are lanes, so constructors, benchmarks and
 * tear-downs may call native code; each lane has a state of its own.
 *
 * <p>Times are of one element ({@code ns/op}), in the shapes of GPT-2 base.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsPrepend = {
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=shoal.engine.djl.LaneThreads"
        })
public abstract class LaneBench {
    static final int HEADS = 12;
    static final int HIDDEN = 768;

    /** Elements of a layer and its padding: what JMH divides by has to be a constant. */
    static final int LAYER_ELEMENTS = 7_090_176;

    /** GPT-2 base with few ids and one layer: all layers are alike. */
    static GptConfig config(int layers) {
        return new GptConfig(
                64, 128, HIDDEN, layers, HEADS, 4 * HIDDEN, 2, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);
    }

    /** The first layer; refuses one that is not as long as the constant says. */
    static Unit layerUnit() {
        Unit layer = ParameterTable.of(config(1)).units().get(1);
        if (layer.sizeElements() != LAYER_ELEMENTS) {
            throw new IllegalStateException(
                    "a layer has %d elements, but LAYER_ELEMENTS is %d"
                            .formatted(layer.sizeElements(), LAYER_ELEMENTS));
        }
        return layer;
    }

    /** A layer's gradient: normal values, since numbers near 0 are slow to add. */
    static UnitBuffer gradient(Kernel kernel, long seed) {
        UnitBuffer gradient = UnitBuffer.zeros(kernel, layerUnit());
        FloatBuffer values = gradient.flat().floats();
        Random random = new Random(seed);
        while (values.hasRemaining()) {
            values.put((float) random.nextGaussian());
        }
        return gradient;
    }
}
