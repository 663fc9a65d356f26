package shoal.worker.run;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import shoal.engine.TrainingEngine;
import shoal.model.StateKind;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Recipe;
import shoal.worker.artefact.RunFolder;
import shoal.worker.evaluate.Evaluation;
import shoal.worker.shard.StateUpload;
import shoal.worker.step.Computation;
import shoal.worker.step.StepLoop;
import shoal.worker.stop.StopSignal;

/** A run with its engine; hands each duty to its part. */
final class LoadedRun implements RunWork {
    private final RunReady facts;
    private final Parts parts;
    private final Resources resources;
    private final Recipe recipe;
    private final StopSignal stop;

    /**
     * Who does what.
     *
     * @param evaluation empty without evaluation rows
     */
    record Parts(StepLoop steps, Optional<Evaluation> evaluation, StateUpload upload) {
        Parts {
            requireNonNull(steps, "steps");
            requireNonNull(evaluation, "evaluation");
            requireNonNull(upload, "upload");
        }
    }

    /** What is freed at the end. */
    record Resources(Computation computation, TrainingEngine engine, RunFolder folder) {
        Resources {
            requireNonNull(computation, "computation");
            requireNonNull(engine, "engine");
            requireNonNull(folder, "folder");
        }
    }

    LoadedRun(RunReady facts, Parts parts, Resources resources, Recipe recipe, StopSignal stop) {
        this.facts = requireNonNull(facts, "facts");
        this.parts = requireNonNull(parts, "parts");
        this.resources = requireNonNull(resources, "resources");
        this.recipe = requireNonNull(recipe, "recipe");
        this.stop = requireNonNull(stop, "stop");
    }

    @Override
    public RunReady facts() {
        return facts;
    }

    @Override
    public StepReduced reduce(int step, double lossScale) {
        return parts.steps().reduce(step, lossScale);
    }

    @Override
    public void prepare(int step) {
        parts.steps().prepare(step);
    }

    @Override
    public StepMeasured measure(int step, double clip) {
        return parts.steps().measure(step, clip);
    }

    @Override
    public void apply(CommitStep commit) {
        parts.steps().apply(commit);
    }

    @Override
    public void evaluate(int step, Consumer<EvaluationRows> out) {
        Evaluation evaluation =
                parts.evaluation()
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "the run has no evaluation rows to evaluate"));
        evaluation.run(step, stop, out);
    }

    @Override
    public void upload(Fence fence, int step, boolean moments) throws IOException {
        List<StateKind> kinds = moments ? StateKind.of(recipe, step) : List.of(StateKind.PARAMETER);
        parts.upload().send(fence, step, kinds, stop);
    }

    @Override
    public void close() throws IOException {
        resources.computation().close();
        resources.engine().close();
        resources.folder().close();
    }
}
