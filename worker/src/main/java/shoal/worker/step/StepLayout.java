package shoal.worker.step;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.util.Optional;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.PartReport;
import shoal.engine.StepWork;
import shoal.plan.step.ExactSum;
import shoal.plan.step.LeafDeal;
import shoal.proto.v1.NonFinite;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Require;

/**
 * A step laid out: all its leaves with their rows, and who computes which.
 *
 * @param work names the leaves that are computed here
 * @param flos of the whole step, HF's estimate
 */
public record StepLayout(StepWork work, LeafDeal deal, long flos) {
    public StepLayout {
        requireNonNull(work, "work");
        requireNonNull(deal, "deal");
        Require.atLeast("flos", flos, 0);
    }

    /** The same with losses scaled. */
    StepLayout scaled(double lossScale) {
        return new StepLayout(work.scaled(lossScale), deal, flos);
    }

    /**
     * What the coordinator is told of this worker's part of the step.
     *
     * @param squares of the blocks that it owns, but for those that are not finite
     * @param nonFinite the first of those
     */
    public StepReduced report(PartReport part, ExactSum squares, Optional<BlockPlace> nonFinite) {
        StepReduced.Builder message =
                StepReduced.newBuilder()
                        .setStep(work.step())
                        .setTokens(part.tokens())
                        .setFlos(flos)
                        .setSquaredNormSum(ByteString.copyFrom(squares.toBytes()))
                        .setDealHash(ByteString.copyFrom(deal.hash()));
        part.losses().forEach(row -> message.addRows(row.row()).addLossTerms(row.term()));
        nonFinite
                .map(place -> NonFinite.newBuilder().setUnit(place.unit()).setBlock(place.block()))
                .ifPresent(message::setNonFinite);
        return message.build();
    }
}
