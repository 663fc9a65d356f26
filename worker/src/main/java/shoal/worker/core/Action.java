package shoal.worker.core;

import static java.util.Objects.requireNonNull;

import shoal.proto.v1.CommitStep;
import shoal.proto.v1.Fence;
import shoal.proto.v1.StartRun;
import shoal.proto.v1.WorkerMessage;

/**
 * What an adapter is to do. All but {@link Send} and {@link Release} queue up on the run thread, in
 * order; {@link Release} also asks what runs there to stop at its next safe point.
 */
public sealed interface Action {
    /** Reads this action. */
    void accept(Handler handler);

    /** One method per action. */
    interface Handler {
        void send(Send action);

        void load(Load action);

        void reduce(Reduce action);

        void measure(Measure action);

        void apply(Apply action);

        void evaluate(Evaluate action);

        void upload(Upload action);

        void release(Release action);
    }

    /** Sends a message on the open stream. */
    record Send(WorkerMessage message) implements Action {
        public Send {
            requireNonNull(message, "message");
        }

        @Override
        public void accept(Handler handler) {
            handler.send(this);
        }
    }

    /** Fetches and loads a run's files. */
    record Load(long load, StartRun run) implements Action {
        public Load {
            requireNonNull(run, "run");
        }

        @Override
        public void accept(Handler handler) {
            handler.load(this);
        }
    }

    /** Forward, backward and reduction of a step, whose losses are multiplied by this. */
    record Reduce(long load, int step, double lossScale) implements Action {
        /** Losses as they are. */
        public Reduce(long load, int step) {
            this(load, step, 1);
        }

        @Override
        public void accept(Handler handler) {
            handler.reduce(this);
        }
    }

    /** Measures what the update of a step would do. */
    record Measure(long load, int step, double clip) implements Action {
        @Override
        public void accept(Handler handler) {
            handler.measure(this);
        }
    }

    /** Updates the parameters. */
    record Apply(long load, CommitStep commit) implements Action {
        public Apply {
            requireNonNull(commit, "commit");
        }

        @Override
        public void accept(Handler handler) {
            handler.apply(this);
        }
    }

    /** Evaluates all evaluation rows at a step. */
    record Evaluate(long load, int step) implements Action {
        @Override
        public void accept(Handler handler) {
            handler.evaluate(this);
        }
    }

    /** Streams the owned parameters at a step, and the moments if so asked. */
    record Upload(long load, Fence fence, int step, boolean moments) implements Action {
        public Upload {
            requireNonNull(fence, "fence");
        }

        @Override
        public void accept(Handler handler) {
            handler.upload(this);
        }
    }

    /** Frees everything of a load. */
    record Release(long load) implements Action {
        @Override
        public void accept(Handler handler) {
            handler.release(this);
        }
    }
}
