package shoal.worker.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.recipe.Require;

/** What a worker holds of a run. Each state carries only its own data. */
public sealed interface RunState {
    /** Reads this state. */
    <R> R accept(Handler<R> handler);

    /** The fence this worker speaks under; empty when idle. */
    Optional<Fence> fence();

    /** The same state under a newer fence of the same run. */
    RunState withFence(Fence fence);

    /** Parameters are at this step's end; 0 = initial weights or not loaded. */
    default int appliedStep() {
        return 0;
    }

    /** The step whose whole gradient is held and not applied yet; 0 = none. */
    default int reducedStep() {
        return 0;
    }

    /** One method per state. */
    interface Handler<R> {
        R idle(Idle state);

        R loading(Loading state);

        R held(Held state);

        R troubled(Troubled state);
    }

    /** No run. */
    record Idle() implements RunState {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.idle(this);
        }

        @Override
        public Optional<Fence> fence() {
            return Optional.empty();
        }

        @Override
        public RunState withFence(Fence fence) {
            return this;
        }
    }

    /**
     * A run's files are fetched and loaded; they are at the end of a step, 0 = before the first.
     */
    record Loading(Fence at, int step) implements RunState {
        public Loading {
            requireNonNull(at, "at");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.loading(this);
        }

        @Override
        public Optional<Fence> fence() {
            return Optional.of(at);
        }

        @Override
        public RunState withFence(Fence fence) {
            return new Loading(fence, step);
        }
    }

    /**
     * A loaded run. Steps count from 1; {@code applied <= committed <= opened <= committed + 1}.
     *
     * @param at the fence
     * @param facts what RunReady says besides fence and steps
     * @param opened the last step whose gradient is asked of the run thread
     * @param committed the last step whose update is asked of the run thread
     * @param applied the last step whose update is done
     * @param reduced the last report, kept until the next one so that it can be sent again
     * @param measure of step {@code committed + 1}, if one was asked for
     * @param evaluation the evaluation of step {@code committed}, if one was asked for
     * @param upload the upload under way
     */
    record Held(
            Fence at,
            RunReady facts,
            int opened,
            int committed,
            int applied,
            Optional<StepReduced> reduced,
            Optional<Measure> measure,
            Optional<Evaluation> evaluation,
            Optional<Upload> upload)
            implements RunState {
        public Held {
            requireNonNull(at, "at");
            requireNonNull(facts, "facts");
            requireNonNull(reduced, "reduced");
            requireNonNull(measure, "measure");
            requireNonNull(evaluation, "evaluation");
            requireNonNull(upload, "upload");
            Require.range("applied", applied, 0, committed);
            Require.range("opened", opened, committed, committed + 1.0);
        }

        static Held loaded(Loading loading, RunReady facts) {
            int step = loading.step();
            return new Held(
                    loading.at(),
                    facts,
                    step,
                    step,
                    step,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.held(this);
        }

        @Override
        public Optional<Fence> fence() {
            return Optional.of(at);
        }

        @Override
        public Held withFence(Fence fence) {
            return new Held(
                    fence, facts, opened, committed, applied, reduced, measure, evaluation, upload);
        }

        @Override
        public int appliedStep() {
            return applied;
        }

        @Override
        public int reducedStep() {
            return reduced.map(StepReduced::getStep).filter(step -> step > applied).orElse(0);
        }

        /** The report of a step, if it is the last one reduced; under the fence of now. */
        Optional<StepReduced> reportOf(int step) {
            return reduced.filter(report -> report.getStep() == step)
                    .map(report -> report.toBuilder().setFence(at).build());
        }

        Held withOpened(int step) {
            return new Held(
                    at, facts, step, committed, applied, reduced, measure, evaluation, upload);
        }

        /** A commit also ends what was asked of the step before it. */
        Held withCommitted(int step) {
            return new Held(
                    at,
                    facts,
                    opened,
                    step,
                    applied,
                    reduced,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        Held withApplied(int step) {
            return new Held(
                    at, facts, opened, committed, step, reduced, measure, evaluation, upload);
        }

        Held withReduced(StepReduced report) {
            return new Held(
                    at,
                    facts,
                    opened,
                    committed,
                    applied,
                    Optional.of(report),
                    measure,
                    evaluation,
                    upload);
        }

        Held withMeasure(Measure next) {
            return new Held(
                    at,
                    facts,
                    opened,
                    committed,
                    applied,
                    reduced,
                    Optional.of(next),
                    evaluation,
                    upload);
        }

        Held withEvaluation(Evaluation next) {
            return new Held(
                    at,
                    facts,
                    opened,
                    committed,
                    applied,
                    reduced,
                    measure,
                    Optional.of(next),
                    upload);
        }

        Held withUpload(Optional<Upload> next) {
            return new Held(
                    at, facts, opened, committed, applied, reduced, measure, evaluation, next);
        }
    }

    /** The run cannot go on here; said again after each redial until the coordinator ends it. */
    record Troubled(Fence at, RunTrouble trouble) implements RunState {
        public Troubled {
            requireNonNull(at, "at");
            requireNonNull(trouble, "trouble");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.troubled(this);
        }

        @Override
        public Optional<Fence> fence() {
            return Optional.of(at);
        }

        @Override
        public RunState withFence(Fence fence) {
            return new Troubled(fence, trouble.toBuilder().setFence(fence).build());
        }
    }

    /**
     * What was asked of the update of a step that is not committed, and what was found.
     *
     * @param clip of that update
     * @param found kept so that it can be sent again
     */
    record Measure(int step, double clip, Optional<StepMeasured> found) {
        public Measure {
            requireNonNull(found, "found");
        }

        boolean is(int otherStep, double otherClip) {
            return step == otherStep && Double.compare(clip, otherClip) == 0;
        }

        Measure with(StepMeasured report) {
            return new Measure(step, clip, Optional.of(report));
        }
    }

    /**
     * An evaluation and all it has found so far: 14 bytes a row, kept so that a broken stream does
     * not make the worker compute it again.
     */
    record Evaluation(int step, List<EvaluationRows> found) {
        public Evaluation {
            found = List.copyOf(found);
        }

        Evaluation with(EvaluationRows rows) {
            List<EvaluationRows> all = new ArrayList<>(found);
            all.add(rows);
            return new Evaluation(step, all);
        }
    }

    /**
     * An upload under way.
     *
     * @param moments whether they are sent, besides parameters
     * @param again whether the coordinator has asked for it again meanwhile
     */
    record Upload(int step, boolean moments, boolean again) {
        /** This upload, as it begins again. */
        Upload anew() {
            return new Upload(step, moments, false);
        }
    }
}
