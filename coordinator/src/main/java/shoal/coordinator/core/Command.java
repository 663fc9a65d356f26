package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import shoal.plan.scale.Skips;
import shoal.plan.step.EvaluationDeal;
import shoal.recipe.Require;

/** What a worker is told to do; each may arrive twice (session.proto says what that means). */
public sealed interface Command {
    /** What it speaks for. */
    Fence fence();

    /** Reads this command. */
    <R> R accept(Handler<R> handler);

    /** One method per command. */
    interface Handler<R> {
        R startRun(StartRun command);

        R openStep(OpenStep command);

        R measureStep(MeasureStep command);

        R commitStep(CommitStep command);

        R evaluate(Evaluate command);

        R uploadState(UploadState command);

        R endRun(EndRun command);
    }

    /**
     * Load the run's files, as the member of the crew that has this index; they are at the end of a
     * step, 0 = before the first.
     */
    record StartRun(Fence fence, Submission submission, Crew crew, int index, int step)
            implements Command {
        public StartRun {
            requireNonNull(fence, "fence");
            requireNonNull(submission, "submission");
            requireNonNull(crew, "crew");
            Require.range("index", index, 0, crew.size() - 1);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.startRun(this);
        }
    }

    /** Compute the gradient of a step, of losses times this scale. */
    record OpenStep(Fence fence, int step, double lossScale) implements Command {
        public OpenStep {
            requireNonNull(fence, "fence");
        }

        /** Losses as they are. */
        public OpenStep(Fence fence, int step) {
            this(fence, step, 1);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.openStep(this);
        }
    }

    /** Measure what the update of a step would do with this clip; changes nothing. */
    record MeasureStep(Fence fence, int step, double clip) implements Command {
        public MeasureStep {
            requireNonNull(fence, "fence");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.measureStep(this);
        }
    }

    /**
     * Apply a step's gradient unless it is skipped, and open the next step if so told.
     *
     * @param skips after the step
     */
    record CommitStep(Fence fence, Commit commit, Skips skips, boolean opensNext)
            implements Command {
        public CommitStep {
            requireNonNull(fence, "fence");
            requireNonNull(commit, "commit");
            requireNonNull(skips, "skips");
        }

        /** Nothing was skipped so far, and losses are as they are. */
        public CommitStep(Fence fence, Commit commit, boolean opensNext) {
            this(fence, commit, Skips.none(), opensNext);
        }

        /** Updates of the run, this one included. */
        public int updates() {
            return skips.updates(commit.step());
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.commitStep(this);
        }
    }

    /** Evaluate these rows at the end of a step. */
    record Evaluate(Fence fence, int step, EvaluationDeal.Rows rows) implements Command {
        public Evaluate {
            requireNonNull(fence, "fence");
            requireNonNull(rows, "rows");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.evaluate(this);
        }
    }

    /** Send all parameters at the end of a step, and the moments if so told. */
    record UploadState(Fence fence, int step, boolean moments) implements Command {
        public UploadState {
            requireNonNull(fence, "fence");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.uploadState(this);
        }
    }

    /** Free the run. */
    record EndRun(Fence fence, String reason) implements Command {
        public EndRun {
            requireNonNull(fence, "fence");
            requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.endRun(this);
        }
    }
}
