package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.plan.metric.EvaluationTally;

/** Where a live run is, with what belongs to that stage only. */
public sealed interface Phase {
    /** Its place in the table. */
    Stage stage();

    /** Who works on the run, if anybody does. */
    default Optional<Crew> crew() {
        return attempt().map(Attempt::crew);
    }

    /** What was done, once files are loaded. */
    default Optional<Attempt> attempt() {
        return Optional.empty();
    }

    /** Evaluation rows so far, while evaluating. */
    default Optional<EvaluationTally> tally() {
        return Optional.empty();
    }

    /** Peak memory of the worker, once it has sent everything. */
    default Optional<Long> workerPeakBytes() {
        return Optional.empty();
    }

    /** Waits for a worker. */
    record Queued() implements Phase {
        @Override
        public Stage stage() {
            return Stage.QUEUED;
        }
    }

    /** Files are being loaded. */
    record Starting(Crew members) implements Phase {
        public Starting {
            requireNonNull(members, "members");
        }

        @Override
        public Stage stage() {
            return Stage.STARTING;
        }

        @Override
        public Optional<Crew> crew() {
            return Optional.of(members);
        }
    }

    /** The step after the last committed one is computed. */
    record Stepping(Attempt work) implements Phase {
        public Stepping {
            requireNonNull(work, "work");
        }

        @Override
        public Stage stage() {
            return Stage.STEPPING;
        }

        @Override
        public Optional<Attempt> attempt() {
            return Optional.of(work);
        }
    }

    /** Evaluation rows come in; the tally is never changed, only replaced. */
    record Evaluating(Attempt work, EvaluationTally counted) implements Phase {
        public Evaluating {
            requireNonNull(work, "work");
            requireNonNull(counted, "counted");
        }

        /** No row is counted yet. */
        static Evaluating fromRowZero(Attempt work) {
            return new Evaluating(work, work.course().emptyTally());
        }

        @Override
        public Stage stage() {
            return Stage.EVALUATING;
        }

        @Override
        public Optional<Attempt> attempt() {
            return Optional.of(work);
        }

        @Override
        public Optional<EvaluationTally> tally() {
            return Optional.of(counted);
        }
    }

    /** Parameters come in. */
    record Uploading(Attempt work) implements Phase {
        public Uploading {
            requireNonNull(work, "work");
        }

        @Override
        public Stage stage() {
            return Stage.UPLOADING;
        }

        @Override
        public Optional<Attempt> attempt() {
            return Optional.of(work);
        }
    }

    /** The output folder is completed; the worker is not needed for it. */
    record Sealing(Attempt work, long peakBytes) implements Phase {
        public Sealing {
            requireNonNull(work, "work");
        }

        @Override
        public Stage stage() {
            return Stage.SEALING;
        }

        @Override
        public Optional<Attempt> attempt() {
            return Optional.of(work);
        }

        @Override
        public Optional<Long> workerPeakBytes() {
            return Optional.of(peakBytes);
        }
    }
}
