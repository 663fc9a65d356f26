package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.plan.log.LogRow;

/** Something to do outside, after the decision's entries are durable. */
public sealed interface Effect {
    /** Reads this effect. */
    void accept(Handler handler);

    /** One method per effect. */
    interface Handler {
        void admit(Admit effect);

        void closeSession(CloseSession effect);

        void tell(Tell effect);

        void answer(Answer effect);

        void publish(Publish effect);

        void showProgress(ShowProgress effect);

        void receiveState(ReceiveState effect);

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

    /** End a session; the worker may dial again unless it was refused. */
    record CloseSession(SessionId session, boolean refused, String reason) implements Effect {
        public CloseSession {
            requireNonNull(session, "session");
            requireNonNull(reason, "reason");
        }

        @Override
        public void accept(Handler handler) {
            handler.closeSession(this);
        }
    }

    /** Send a command to a worker. */
    record Tell(SessionId session, Command command) implements Effect {
        public Tell {
            requireNonNull(session, "session");
            requireNonNull(command, "command");
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
        public void accept(Handler handler) {
            handler.showProgress(this);
        }
    }

    /**
     * Get ready to receive a run's parameters, unless this was said before: then what a worker sent
     * is thrown away only when it begins again.
     *
     * @param fence whose parameters
     * @param workers of that generation, each of which sends what it owns
     * @param step they are of
     * @param spec the run
     * @param facts of its files
     */
    record ReceiveState(Fence fence, int workers, int step, RunSpec spec, LoadFacts facts)
            implements Effect {
        public ReceiveState {
            requireNonNull(fence, "fence");
            requireNonNull(spec, "spec");
            requireNonNull(facts, "facts");
        }

        @Override
        public void accept(Handler handler) {
            handler.receiveState(this);
        }
    }

    /**
     * Complete the output folder; answered by {@link Event.OutputSealed} or {@link
     * Event.OutputFailed}.
     *
     * @param fence whose parameters were received
     * @param course what was trained
     * @param history all log rows, in order
     * @param spec the run
     */
    record SealOutput(Fence fence, RunSpec spec, Course course, List<LogRow> history)
            implements Effect {
        public SealOutput {
            requireNonNull(fence, "fence");
            requireNonNull(spec, "spec");
            requireNonNull(course, "course");
            history = List.copyOf(history);
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
        public void accept(Handler handler) {
            handler.dropOutput(this);
        }
    }
}
