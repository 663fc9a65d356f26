package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import shoal.plan.metric.EvaluationResult;

/** A durable record: part of what a coordinator knows after kill -9. */
public sealed interface Entry {
    /** Reads this entry. */
    <R> R accept(Handler<R> handler);

    /** The run that it is about. */
    RunName run();

    /** One method per entry. */
    interface Handler<R> {
        R runAccepted(RunAccepted entry);

        R generationStarted(GenerationStarted entry);

        R generationEnded(GenerationEnded entry);

        R runLoaded(RunLoaded entry);

        R stepCommitted(StepCommitted entry);

        R evaluated(Evaluated entry);

        R checkpointSealed(CheckpointSealed entry);

        R trained(Trained entry);

        R runEnded(RunEnded entry);

        R eventLogged(EventLogged entry);

        R requestAnswered(RequestAnswered entry);
    }

    /** A run is in the queue, at a place that only grows. */
    record RunAccepted(RunSpec spec, long position, Instant at) implements Entry {
        public RunAccepted {
            requireNonNull(spec, "spec");
            requireNonNull(at, "at");
        }

        @Override
        public RunName run() {
            return spec.name();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.runAccepted(this);
        }
    }

    /** A run was given to workers. */
    record GenerationStarted(Fence fence, Crew crew, Instant at) implements Entry {
        public GenerationStarted {
            requireNonNull(fence, "fence");
            requireNonNull(crew, "crew");
            requireNonNull(at, "at");
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.generationStarted(this);
        }
    }

    /** A generation's work is lost; the run waits again. */
    record GenerationEnded(Fence fence, String reason) implements Entry {
        public GenerationEnded {
            requireNonNull(fence, "fence");
            requireNonNull(reason, "reason");
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.generationEnded(this);
        }
    }

    /** A run's files are loaded; training begins. */
    record RunLoaded(Fence fence, LoadFacts facts, Instant at) implements Entry {
        public RunLoaded {
            requireNonNull(fence, "fence");
            requireNonNull(facts, "facts");
            requireNonNull(at, "at");
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.runLoaded(this);
        }
    }

    /** A step counts. */
    record StepCommitted(Fence fence, Commit commit, Instant at) implements Entry {
        public StepCommitted {
            requireNonNull(fence, "fence");
            requireNonNull(commit, "commit");
            requireNonNull(at, "at");
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.stepCommitted(this);
        }
    }

    /** All rows are evaluated at a step; the worker says how long it took. */
    record Evaluated(Fence fence, int step, EvaluationResult result, double seconds)
            implements Entry {
        public Evaluated {
            requireNonNull(fence, "fence");
            requireNonNull(result, "result");
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.evaluated(this);
        }
    }

    /** The checkpoint of a step is whole and in its place. */
    record CheckpointSealed(Fence fence, int step, List<ArtefactReference> files) implements Entry {
        public CheckpointSealed {
            requireNonNull(fence, "fence");
            files = List.copyOf(files);
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.checkpointSealed(this);
        }
    }

    /** Nothing is left to compute. */
    record Trained(Fence fence, Instant at) implements Entry {
        public Trained {
            requireNonNull(fence, "fence");
            requireNonNull(at, "at");
        }

        @Override
        public RunName run() {
            return fence.run();
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.trained(this);
        }
    }

    /** A run is over. */
    record RunEnded(RunName name, EndedRun ended) implements Entry {
        public RunEnded {
            requireNonNull(name, "name");
            requireNonNull(ended, "ended");
        }

        @Override
        public RunName run() {
            return name;
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.runEnded(this);
        }
    }

    /** Something that those who watch are told. */
    record EventLogged(RunName name, long sequence, Instant at, RunEvent event) implements Entry {
        public EventLogged {
            requireNonNull(name, "name");
            requireNonNull(at, "at");
            requireNonNull(event, "event");
        }

        @Override
        public RunName run() {
            return name;
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.eventLogged(this);
        }
    }

    /**
     * A request changed something, and this was its answer.
     *
     * @param run that it is about
     */
    record RequestAnswered(RequestKey key, Answer answer, RunName run) implements Entry {
        /** What it was told. */
        public enum Answer {
            ACCEPTED,
            CANCELLED;

            Reply about(RunName name) {
                return switch (this) {
                    case ACCEPTED -> new Reply.Accepted(name);
                    case CANCELLED -> new Reply.Cancelled(name);
                };
            }
        }

        public RequestAnswered {
            requireNonNull(key, "key");
            requireNonNull(answer, "answer");
            requireNonNull(run, "run");
        }

        /** The same again. */
        Reply reply() {
            return answer.about(run);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.requestAnswered(this);
        }
    }

    /** What became of a run. */
    record EndedRun(
            long position,
            Instant submittedAt,
            Instant endedAt,
            RunStatus status,
            String reason,
            int step,
            int steps,
            List<String> workers) {
        public EndedRun {
            requireNonNull(submittedAt, "submittedAt");
            requireNonNull(endedAt, "endedAt");
            requireNonNull(status, "status");
            requireNonNull(reason, "reason");
            workers = List.copyOf(workers);
        }
    }
}
