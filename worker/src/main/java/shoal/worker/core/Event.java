package shoal.worker.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.OptionalInt;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;

/**
 * What can happen to a worker. Finished work names the load it belongs to: results of a run that
 * was released meanwhile are dropped.
 */
public sealed interface Event {
    /** Reads this event. */
    <R> R accept(Handler<R> handler);

    /** One method per event. */
    interface Handler<R> {
        R attached(Attached event);

        R detached(Detached event);

        R received(Received event);

        R loaded(Loaded event);

        R reduced(Reduced event);

        R measured(Measured event);

        R applied(Applied event);

        R evaluated(Evaluated event);

        R uploaded(Uploaded event);

        R uploadLost(UploadLost event);

        R failed(Failed event);
    }

    /** The coordinator has welcomed this worker on a new stream. */
    record Attached() implements Event {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.attached(this);
        }
    }

    /** The stream is gone; what was sent last may not have arrived. */
    record Detached() implements Event {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.detached(this);
        }
    }

    /** A message of the coordinator about a run. */
    record Received(CoordinatorMessage message) implements Event {
        public Received {
            requireNonNull(message, "message");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.received(this);
        }
    }

    /** A run's files are loaded. The facts need no fence and no steps: the core knows them. */
    record Loaded(long load, RunReady facts) implements Event {
        public Loaded {
            requireNonNull(facts, "facts");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.loaded(this);
        }
    }

    /** The whole gradient of a step is held. */
    record Reduced(long load, StepReduced report) implements Event {
        public Reduced {
            requireNonNull(report, "report");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.reduced(this);
        }
    }

    /** What an update would do is measured. */
    record Measured(long load, StepMeasured report) implements Event {
        public Measured {
            requireNonNull(report, "report");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.measured(this);
        }
    }

    /** Parameters are at this step's end. */
    record Applied(long load, int step) implements Event {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.applied(this);
        }
    }

    /** Results of consecutive evaluation rows. */
    record Evaluated(long load, EvaluationRows rows) implements Event {
        public Evaluated {
            requireNonNull(rows, "rows");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.evaluated(this);
        }
    }

    /** The coordinator has confirmed all parameters of a step. */
    record Uploaded(long load, int step, long peakResidentBytes) implements Event {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.uploaded(this);
        }
    }

    /** An upload broke off for a reason that a redial or a newer generation will cure. */
    record UploadLost(long load, int step, String reason) implements Event {
        public UploadLost {
            requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.uploadLost(this);
        }
    }

    /**
     * The worker cannot go on with a run; what it held is not to be used any more.
     *
     * @param userError whether the run's files are at fault
     * @param lostPeer the member that was lost, if that is all
     */
    record Failed(long load, boolean userError, OptionalInt lostPeer, List<String> problems)
            implements Event {
        public Failed {
            requireNonNull(lostPeer, "lostPeer");
            problems = List.copyOf(problems);
        }

        /** Not because of another member. */
        public Failed(long load, boolean userError, List<String> problems) {
            this(load, userError, OptionalInt.empty(), problems);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.failed(this);
        }
    }
}
