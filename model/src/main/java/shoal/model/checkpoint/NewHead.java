package shoal.model.checkpoint;

import java.nio.ByteBuffer;

/**
 * Values of a new score head: N(0, deviation), a pure function of (seed, index).
 *
 * <p>Each pair of elements comes from one pair of uniform numbers by Box and Muller's transform;
 * the uniform numbers are splitmix64 of a counter (Steele, Lea, Flood 2014). HF draws from torch's
 * generator instead: the distribution is the same, the values are not.
 */
final class NewHead {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** Keeps the head's numbers apart from other uses of the run's seed. */
    private static final long STREAM = 0x73636F72652E7721L;

    private final long seed;
    private final double deviation;

    NewHead(long seed, double deviation) {
        this.seed = mix(seed + STREAM);
        this.deviation = deviation;
    }

    /** Fills the remaining elements of {@code values} from an element offset. */
    void fill(long offsetElements, ByteBuffer values) {
        long index = offsetElements;
        while (values.hasRemaining()) {
            values.putFloat((float) (deviation * normal(index++)));
        }
    }

    private double normal(long index) {
        long pair = index / 2;
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(2 * pair)));
        double angle = 2 * Math.PI * uniform(2 * pair + 1);
        return radius * (index % 2 == 0 ? StrictMath.cos(angle) : StrictMath.sin(angle));
    }

    /** In [0, 1), 53 bits. */
    private double uniform(long index) {
        return (mix(seed + (index + 1) * GOLDEN_GAMMA) >>> 11) * 0x1p-53;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
