package shoal.engine;

import java.nio.ByteBuffer;

/**
 * The engine of one worker of several: it keeps what its {@link Holding} says, computes some of a
 * step's leaves, and leaves it to others to add up gradients and to bring in parameters.
 *
 * <p>A step: {@link #forwardBackward(StepWork, GradientSink)}; somebody fills {@link #gradient}
 * with the reduced gradient of what is held; {@link #update}. {@link #forwardBackward(StepWork)} is
 * for workers that are alone.
 */
public interface ShardedEngine extends TrainingEngine {
    Holding holding();

    /** Where parameters come from that are not kept; before the first step. */
    void join(ParameterSource source);

    /** Forward and backward over the run of leaves that {@code work} names. */
    PartReport forwardBackward(StepWork work, GradientSink sink);

    /**
     * The reduced gradient of {@link Holding#updated}, little-endian, which {@link #update} reads.
     * The same memory at every call; may be written from any thread between {@link
     * #forwardBackward} of a step and its update.
     */
    ByteBuffer gradient(int unit);

    /** What {@link Holding#ranks} are for; refused where nothing is compressed. */
    Compression compression();

    /** Bytes of parameters, gradients and moments that are allocated now. */
    long stateBytes();
}
