package shoal.worker.step;

import java.util.List;
import shoal.engine.Measurement;
import shoal.engine.Update;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.LeafDeal;
import shoal.proto.v1.StepReduced;

/**
 * How one worker computes what was laid out: alone, or together with others.
 *
 * <p>Methods are called from the run thread.
 */
public interface Computation extends AutoCloseable {
    /** Workers of the generation. */
    int workers();

    /** This worker's place among them, from 0. */
    int index();

    /**
     * Who computes which leaf.
     *
     * @param even the deal by cost alone
     */
    default LeafDeal deal(LeafDeal even) {
        return even;
    }

    /** Whether a step's sums are needed of each rank alone. */
    default boolean rankByRank(int step) {
        return false;
    }

    /** Forward and backward; the gradient that this worker needs is reduced and held after it. */
    StepReduced reduce(StepLayout step);

    /** Measures what an update with this clip would do to what this worker owns. */
    Measurement measure(int step, double clip);

    /** Updates what this worker keeps. */
    void apply(Update update);

    /**
     * Everybody is about to evaluate.
     *
     * @param step parameters are at its end
     * @param deal rows of each worker
     * @param batchRows rows of a batch
     * @return how many batches the engine is to be given at a time
     */
    int evaluate(int step, List<EvaluationDeal.Rows> deal, int batchRows);

    /** Ends what goes on with other workers; the engine stays open. */
    @Override
    void close();
}
