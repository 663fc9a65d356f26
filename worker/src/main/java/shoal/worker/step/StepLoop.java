package shoal.worker.step;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import shoal.engine.Leaf;
import shoal.engine.Measurement;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.dataset.TokenTable;
import shoal.plan.log.FlosCount;
import shoal.plan.step.LeafDeal;
import shoal.plan.step.MicroBatch;
import shoal.plan.step.PlannedLeaf;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.NonFinite;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Require;

/**
 * The steps of one run:
 *
 * <pre>
 *   for each step that the coordinator opens:
 *       rows    = the plan's micro-batches of the step        (recipe and row count alone)
 *       leaves  = each micro-batch dealt into slices,         (token counts alone)
 *                 runs of leaves dealt to workers
 *       report  = forward and backward over own leaves,       {@link #reduce}
 *                 sums of all workers reduced by their owners
 *       norms   = of weights and directions, for Lamb;        {@link #measure}
 *                 compressed momentum, for 1-bit optimizers
 *       ... the coordinator commits the step with clip and learning rate ...
 *       parameters are updated, unless it is skipped          {@link #apply}
 * </pre>
 *
 * <p>While the coordinator decides, the next step's leaves are laid out ({@link #prepare}). What
 * the other workers have to do with it: {@link shoal.worker.shard.Together}.
 *
 * <p>Methods are called from the run thread.
 */
public final class StepLoop {
    private final TrainingPlan plan;
    private final TokenTable rows;
    private final int slices;
    private final Computation computation;
    private final FlosCount flos;
    private @Nullable StepLayout prepared;

    /**
     * The steps of a run.
     *
     * @param slices of a micro-batch, from the recipe
     * @param parameters of the model, embeddings left out
     */
    public StepLoop(
            TrainingPlan plan,
            TokenTable rows,
            int slices,
            Computation computation,
            long parameters) {
        this.plan = requireNonNull(plan, "plan");
        this.rows = requireNonNull(rows, "rows");
        Require.atLeast("slices", slices, 1);
        this.slices = slices;
        this.computation = requireNonNull(computation, "computation");
        this.flos = new FlosCount(rows::tokenizedLength, parameters);
    }

    /**
     * Forward and backward of a step, whose losses are scaled; the gradient is held until {@link
     * #apply}.
     */
    public StepReduced reduce(int step, double lossScale) {
        return computation.reduce(layoutOf(step).scaled(lossScale));
    }

    /** Lays out a step that is likely to come next. */
    public void prepare(int step) {
        if (step <= plan.steps()) {
            prepared = layoutOf(step);
        }
    }

    /** Measures what an update with the gradient held would do; changes nothing. */
    public StepMeasured measure(int step, double clip) {
        Measurement measurement = computation.measure(step, clip);
        StepMeasured.Builder message =
                StepMeasured.newBuilder()
                        .setStep(step)
                        .setSquares(
                                UnsafeByteOperations.unsafeWrap(measurement.squares().toBytes()))
                        .addAllLargestRatios(measurement.largest());
        measurement
                .nonFinite()
                .ifPresent(
                        place ->
                                message.setNonFinite(
                                        NonFinite.newBuilder()
                                                .setUnit(place.unit())
                                                .setBlock(place.block())));
        return message.build();
    }

    /** Updates the parameters with the gradient held. */
    public void apply(CommitStep commit) {
        computation.apply(
                new Update(
                        commit.getStep(),
                        commit.getClip(),
                        commit.getLearningRate(),
                        commit.getRatiosList(),
                        commit.getUpdates(),
                        commit.getSkipped()));
    }

    private StepLayout layoutOf(int step) {
        StepLayout ready = prepared;
        prepared = null;
        if (ready != null && ready.work().step() == step) {
            return ready;
        }
        List<MicroBatch> batches = plan.microBatches(step);
        LeafDeal even = LeafDeal.of(batches, rows::length, slices, computation.workers());
        LeafDeal deal = computation.deal(even);
        List<Leaf> leaves = deal.leaves().stream().map(this::leaf).toList();
        int from = deal.from(computation.index());
        int to = deal.to(computation.index());
        StepWork work = new StepWork(step, leaves, from, to, computation.rankByRank(step));
        return new StepLayout(work, deal, flos.of(batches));
    }

    private Leaf leaf(PlannedLeaf planned) {
        List<RowInput> inputs = new ArrayList<>(planned.rows().length);
        for (int row : planned.rows()) {
            inputs.add(new RowInput(row, rows.ids(row), rows.label(row), planned.weight()));
        }
        return new Leaf(planned.rank(), planned.round(), planned.slice(), inputs);
    }
}
