package shoal.worker.step;

import static java.util.Objects.requireNonNull;

import shoal.engine.StepWork;
import shoal.plan.step.LeafDeal;

/**
 * A step laid out: all its leaves with their rows, and who computes which.
 *
 * @param work names the leaves that are computed here
 */
public record StepLayout(StepWork work, LeafDeal deal) {
    public StepLayout {
        requireNonNull(work, "work");
        requireNonNull(deal, "deal");
    }
}
