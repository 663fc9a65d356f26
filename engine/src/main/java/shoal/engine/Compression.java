package shoal.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import shoal.engine.GradientReport.BlockPlace;
import shoal.recipe.Limits;

/**
 * One bit of each element of momentum instead of a gradient (docs/decisions/0014).
 *
 * <p>A step: {@link #begin}, forward and backward into what it returned; {@link #compress} unit by
 * unit; somebody takes what ranks sent of the owned ranges to {@link #average}, and all averages to
 * {@link #take}; the engine's update moves parameters and keeps what compression left out. Until
 * then nothing that outlives a step has changed.
 *
 * <p>Packed blocks: for each the scale, fp32, then 128 words of 32 bits, all little-endian. Bit i
 * of word w says that element 32 w + i is the scale; else it is minus that. Elements whose second
 * moment is zero have no momentum, whatever their bit.
 */
public interface Compression {
    /** Words of a packed block. */
    int BLOCK_WORDS = 1 + Limits.BLOCK_ELEMENTS / Integer.SIZE;

    /** Forgets the step before; the gradient of each rank that is kept here goes into the sink. */
    GradientSink begin(StepWork work);

    /** How long the gradients of the ranks are that are kept here, once they are complete. */
    RankNorms norms();

    /**
     * Norms of the gradients of ranks.
     *
     * @param norms of each rank that is kept here, ascending; NaN if it is not finite
     * @param nonFinite the first block that is not finite
     */
    record RankNorms(List<Double> norms, Optional<BlockPlace> nonFinite) {
        public RankNorms {
            norms = List.copyOf(norms);
        }
    }

    /**
     * The momentum of each rank that is kept here, with what compression left out before: all
     * blocks of a unit, packed; once for each unit of a step.
     *
     * @param clip the gradient is multiplied by it
     * @return one for each rank, ascending
     */
    List<ByteBuffer> compress(int unit, double clip);

    /**
     * The mean over ranks of a run of owned blocks, with what compression left out before, packed
     * again; once for each block of a step. From any thread.
     *
     * @param ranks packed blocks of every rank of the recipe, ascending
     */
    ByteBuffer average(int unit, long firstBlock, List<ByteBuffer> ranks);

    /** Takes the mean of a run of blocks as the momentum of the update. From any thread. */
    void take(int unit, long firstBlock, ByteBuffer packed);
}
