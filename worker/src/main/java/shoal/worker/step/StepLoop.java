package shoal.worker.step;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import shoal.engine.GradientReport;
import shoal.engine.Leaf;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.engine.TrainingEngine;
import shoal.engine.Update;
import shoal.model.dataset.TokenTable;
import shoal.plan.step.Deal;
import shoal.plan.step.MicroBatch;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.NonFinite;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Require;

/**
 * The steps of one run:
 *
 * <pre>
 *   for each step that the coordinator opens:
 *       rows    = the plan's micro-batches of the step        (recipe and row count alone)
 *       leaves  = each micro-batch dealt into slices          (token counts alone)
 *       report  = forward and backward over the leaves        {@link #reduce}
 *       ... the coordinator commits the step with clip and learning rate ...
 *       parameters are updated                                {@link #apply}
 * </pre>
 *
 * <p>While the coordinator decides, the next step's leaves are laid out ({@link #prepare}).
 *
 * <p>Methods are called from the run thread.
 */
public final class StepLoop {
    private final TrainingPlan plan;
    private final TokenTable rows;
    private final int slices;
    private final TrainingEngine engine;
    private @Nullable StepWork prepared;

    /**
     * The steps of a run.
     *
     * @param slices of a micro-batch, from the recipe
     */
    public StepLoop(TrainingPlan plan, TokenTable rows, int slices, TrainingEngine engine) {
        this.plan = requireNonNull(plan, "plan");
        this.rows = requireNonNull(rows, "rows");
        Require.atLeast("slices", slices, 1);
        this.slices = slices;
        this.engine = requireNonNull(engine, "engine");
    }

    /** Forward and backward of a step; the gradient is held until {@link #apply}. */
    public StepReduced reduce(int step) {
        StepWork work = workOf(step);
        GradientReport report = engine.forwardBackward(work);
        return inWords(step, report);
    }

    /** Lays out a step that is likely to come next. */
    public void prepare(int step) {
        if (step <= plan.steps()) {
            prepared = workOf(step);
        }
    }

    /** Updates the parameters with the gradient held. */
    public void apply(CommitStep commit) {
        engine.update(new Update(commit.getStep(), commit.getClip(), commit.getLearningRate()));
    }

    private StepWork workOf(int step) {
        StepWork ready = prepared;
        prepared = null;
        if (ready != null && ready.step() == step) {
            return ready;
        }
        List<Leaf> leaves = new ArrayList<>();
        for (MicroBatch batch : plan.microBatches(step)) {
            deal(batch, leaves);
        }
        return new StepWork(step, leaves);
    }

    private void deal(MicroBatch batch, List<Leaf> leaves) {
        int[] tokens = new int[batch.rows().length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = rows.length(batch.rows()[i]);
        }
        List<int[]> dealt = Deal.slices(tokens, slices);
        for (int slice = 0; slice < dealt.size(); slice++) {
            List<RowInput> inputs = new ArrayList<>(dealt.get(slice).length);
            for (int index : dealt.get(slice)) {
                inputs.add(input(batch.rows()[index], batch.weight()));
            }
            leaves.add(new Leaf(batch.rank(), batch.round(), slice, inputs));
        }
    }

    private RowInput input(int row, double weight) {
        return new RowInput(row, rows.ids(row), rows.label(row), weight);
    }

    private static StepReduced inWords(int step, GradientReport report) {
        StepReduced.Builder message =
                StepReduced.newBuilder()
                        .setStep(step)
                        .setLoss(report.loss())
                        .setSquaredNorm(report.squaredNorm())
                        .setTokens(report.tokens());
        report.nonFinite()
                .ifPresent(
                        place ->
                                message.setNonFinite(
                                        NonFinite.newBuilder()
                                                .setUnit(place.unit())
                                                .setBlock(place.block())));
        return message.build();
    }
}
