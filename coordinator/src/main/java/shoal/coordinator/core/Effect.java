package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.recipe.Require;

/** Something to do outside, after the decision's entries are durable. */
public sealed interface Effect {
    /** Reads this effect. */
    void accept(Handler handler);

    /** The run that it is about, if it is about one. */
    default Optional<RunName> concerns() {
        return Optional.empty();
    }

    /** One method per effect. */
    interface Handler {
        void admit(Admit effect);

        void closeSession(CloseSession effect);

        void lookFor(LookFor effect);

        void tell(Tell effect);

        void answer(Answer effect);

        void publish(Publish effect);

        void showProgress(ShowProgress effect);

        void receiveState(ReceiveState effect);

        void sealCheckpoint(SealCheckpoint effect);

        void rotateCheckpoints(RotateCheckpoints effect);

        void sealOutput(SealOutput effect);

        void dropOutput(DropOutput effect);
    }

    /** Welcome a worker. */
    record Admit(SessionId session) implements Effect {
        public Admit {
            requireNonNull(session, "session");
        }

        @Override
        public void accept(Handler handler) {
            handler.admit(this);
        }
    }

    /** End a session. */
    record CloseSession(SessionId session, Why why, String reason) implements Effect {
        /** What the worker is to make of it. */
        public enum Why {
            /** It may dial again and go on. */
            LOST,
            /** Not now: it may try again. */
            REFUSED,
            /** Not as it is: dialling again makes no sense. */
            UNFIT
        }

        public CloseSession {
            requireNonNull(session, "session");
            requireNonNull(why, "why");
            requireNonNull(reason, "reason");
        }

        @Override
        public void accept(Handler handler) {
            handler.closeSession(this);
        }
    }

    /**
     * Find out whether a worker process listens where it said that it does. The answer is an {@link
     * Event.Looked}, or nothing where the way there tells nothing.
     */
    record LookFor(WorkerProcess process, String address) implements Effect {
        public LookFor {
            requireNonNull(process, "process");
            requireNonNull(address, "address");
        }

        @Override
        public void accept(Handler handler) {
            handler.lookFor(this);
        }
    }

    /** Send a command to a worker. */
    record Tell(SessionId session, Command command) implements Effect {
        public Tell {
            requireNonNull(session, "session");
            requireNonNull(command, "command");
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(command.fence().run());
        }

        @Override
        public void accept(Handler handler) {
            handler.tell(this);
        }
    }

    /** Answer a client. */
    record Answer(RequestId request, Reply reply) implements Effect {
        public Answer {
            requireNonNull(request, "request");
            requireNonNull(reply, "reply");
        }

        @Override
        public void accept(Handler handler) {
            handler.answer(this);
        }
    }

    /** A run has a new stored event. */
    record Publish(RunName run, long sequence) implements Effect {
        public Publish {
            requireNonNull(run, "run");
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(run);
        }

        @Override
        public void accept(Handler handler) {
            handler.publish(this);
        }
    }

    /** Show how far a run is to those who watch; not stored. */
    record ShowProgress(RunName run, ProgressFacts progress) implements Effect {
        public ShowProgress {
            requireNonNull(run, "run");
            requireNonNull(progress, "progress");
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(run);
        }

        @Override
        public void accept(Handler handler) {
            handler.showProgress(this);
        }
    }

    /** What a run's state is received for. */
    enum Purpose {
        /** Parameters for the output folder. */
        RESULT,
        /** Parameters and moments for a checkpoint. */
        CHECKPOINT
    }

    /**
     * Get ready to receive a run's state, unless this was said before: then what a worker sent is
     * thrown away only when it begins again.
     *
     * @param fence whose state
     * @param workers of that generation, each of which sends what it owns
     * @param step it is of
     * @param purpose which state
     * @param spec the run
     * @param facts of its files
     */
    record ReceiveState(
            Fence fence, int workers, int step, Purpose purpose, RunSpec spec, LoadFacts facts)
            implements Effect {
        public ReceiveState {
            requireNonNull(fence, "fence");
            requireNonNull(purpose, "purpose");
            requireNonNull(spec, "spec");
            requireNonNull(facts, "facts");
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(fence.run());
        }

        @Override
        public void accept(Handler handler) {
            handler.receiveState(this);
        }
    }

    /**
     * Complete the checkpoint of the ledger's step; answered by {@link Event.CheckpointSealed} or
     * {@link Event.CheckpointFailed}.
     *
     * @param fence whose state was received
     * @param spec the run
     * @param course what is trained
     * @param ledger what was done when it was saved
     */
    record SealCheckpoint(Fence fence, RunSpec spec, Course course, Ledger ledger)
            implements Effect {
        public SealCheckpoint {
            requireNonNull(fence, "fence");
            requireNonNull(spec, "spec");
            requireNonNull(course, "course");
            requireNonNull(ledger, "ledger");
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(fence.run());
        }

        @Override
        public void accept(Handler handler) {
            handler.sealCheckpoint(this);
        }
    }

    /**
     * Remove the oldest checkpoints of a run's folder until so many are left; never the newest and
     * the best one.
     *
     * @param spec the run
     * @param newest step of the checkpoint sealed last
     * @param best step of the best one, 0 = none
     * @param kept at least 1
     */
    record RotateCheckpoints(RunSpec spec, int newest, int best, int kept) implements Effect {
        public RotateCheckpoints {
            requireNonNull(spec, "spec");
            Require.atLeast("kept", kept, 1);
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(spec.name());
        }

        @Override
        public void accept(Handler handler) {
            handler.rotateCheckpoints(this);
        }
    }

    /**
     * Complete the output folder; answered by {@link Event.OutputSealed} or {@link
     * Event.OutputFailed}.
     *
     * @param fence whose parameters were received
     * @param spec the run
     * @param course what was trained
     * @param ledger all that was done
     */
    record SealOutput(Fence fence, RunSpec spec, Course course, Ledger ledger) implements Effect {
        public SealOutput {
            requireNonNull(fence, "fence");
            requireNonNull(spec, "spec");
            requireNonNull(course, "course");
            requireNonNull(ledger, "ledger");
        }

        /** The step whose checkpoint holds the parameters of the result; 0 = those received. */
        public int weightsOf() {
            return course.recipe().selection().endsWithBest()
                    ? ledger.selection().bestCheckpoint()
                    : 0;
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(fence.run());
        }

        @Override
        public void accept(Handler handler) {
            handler.sealOutput(this);
        }
    }

    /** Throw away what was received of a run. */
    record DropOutput(Fence fence) implements Effect {
        public DropOutput {
            requireNonNull(fence, "fence");
        }

        @Override
        public Optional<RunName> concerns() {
            return Optional.of(fence.run());
        }

        @Override
        public void accept(Handler handler) {
            handler.dropOutput(this);
        }
    }
}
