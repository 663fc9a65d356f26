package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

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

    /** What a run at the head of the queue waits for, if the time counts. */
    default Optional<Wait> waiting() {
        return Optional.empty();
    }

    /** Who has loaded the files, while starting. */
    default Gathered<WorkerReport.Ready> ready() {
        return Gathered.none();
    }

    /** Parts of the step that is computed. */
    default Gathered<StepSums> parts() {
        return Gathered.none();
    }

    /** What is measured before the step's commit, once its gradient is reduced. */
    default Optional<Measuring> measuring() {
        return Optional.empty();
    }

    /** Evaluation rows so far, while evaluating. */
    default Optional<EvaluationRound> evaluation() {
        return Optional.empty();
    }

    /** Who has sent all parameters that it owns, with its peak memory. */
    default Gathered<Long> sent() {
        return Gathered.none();
    }

    /** Peak memory of each worker, in crew order, once all have sent everything. */
    default List<Long> workerPeakBytes() {
        return List.of();
    }

    /**
     * A wait that ends some time.
     *
     * @param why what it is for
     * @param since when it began
     */
    record Wait(Why why, Instant since) {
        /** What a run waits for. */
        enum Why {
            /** Fewer workers are attached than it needs. */
            LEAST,
            /** It could start, and lets more join. */
            MORE
        }

        public Wait {
            requireNonNull(why, "why");
            requireNonNull(since, "since");
        }
    }

    /** Waits for workers. */
    record Queued(Optional<Wait> waiting) implements Phase {
        public Queued {
            requireNonNull(waiting, "waiting");
        }

        public Queued() {
            this(Optional.empty());
        }

        @Override
        public Stage stage() {
            return Stage.QUEUED;
        }
    }

    /** Files are being loaded; these members are ready. */
    record Starting(Crew members, Gathered<WorkerReport.Ready> ready) implements Phase {
        public Starting {
            requireNonNull(members, "members");
            requireNonNull(ready, "ready");
        }

        public Starting(Crew members) {
            this(members, Gathered.none());
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

    /**
     * The step after the last committed one is computed.
     *
     * @param parts of it that have come
     * @param measuring once all have, where the update rule measures
     */
    record Stepping(Attempt work, Gathered<StepSums> parts, Optional<Measuring> measuring)
            implements Phase {
        public Stepping {
            requireNonNull(work, "work");
            requireNonNull(parts, "parts");
            requireNonNull(measuring, "measuring");
        }

        public Stepping(Attempt work) {
            this(work, Gathered.none(), Optional.empty());
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

    /** Evaluation rows come in. */
    record Evaluating(Attempt work, EvaluationRound rows) implements Phase {
        public Evaluating {
            requireNonNull(work, "work");
            requireNonNull(rows, "rows");
        }

        @Override
        public Optional<EvaluationRound> evaluation() {
            return Optional.of(rows);
        }

        /** No row is counted yet. */
        static Evaluating fromRowZero(Attempt work) {
            return new Evaluating(work, work.course().evaluationRound(work.crew().size()));
        }

        @Override
        public Stage stage() {
            return Stage.EVALUATING;
        }

        @Override
        public Optional<Attempt> attempt() {
            return Optional.of(work);
        }
    }

    /**
     * State comes in for a checkpoint, or has come and the run's end waits for its seal; these
     * members have sent what they own, with their peak memory.
     */
    record Saving(Attempt work, Gathered<Long> sent) implements Phase {
        public Saving {
            requireNonNull(work, "work");
            requireNonNull(sent, "sent");
        }

        public Saving(Attempt work) {
            this(work, Gathered.none());
        }

        @Override
        public Stage stage() {
            return Stage.SAVING;
        }

        @Override
        public Optional<Attempt> attempt() {
            return Optional.of(work);
        }
    }

    /** Parameters come in; these members have sent what they own, with their peak memory. */
    record Uploading(Attempt work, Gathered<Long> sent) implements Phase {
        public Uploading {
            requireNonNull(work, "work");
            requireNonNull(sent, "sent");
        }

        public Uploading(Attempt work) {
            this(work, Gathered.none());
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

    /** The output folder is completed; workers are not needed for it. */
    record Sealing(Attempt work, List<Long> peakBytes) implements Phase {
        public Sealing {
            requireNonNull(work, "work");
            peakBytes = List.copyOf(peakBytes);
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
        public List<Long> workerPeakBytes() {
            return peakBytes;
        }
    }
}
