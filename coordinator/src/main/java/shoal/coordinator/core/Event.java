package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Something that happened; when, is given beside it. */
public sealed interface Event {
    /** Reads this event. */
    void accept(Handler handler);

    /** The client's request that it answers, if it does. */
    default Optional<RequestId> request() {
        return Optional.empty();
    }

    /** One method per event, in families. */
    interface Handler {
        void attached(Attached event);

        void sessionEnded(SessionEnded event);

        void heartbeat(Heartbeat event);

        void looked(Looked event);

        void tick(Tick event);

        void submitted(Submitted event);

        void cancelRequested(CancelRequested event);

        void reported(Reported event);

        void checkpointSealed(CheckpointSealed event);

        void checkpointFailed(CheckpointFailed event);

        void outputSealed(OutputSealed event);

        void outputFailed(OutputFailed event);

        void setAside(SetAside event);
    }

    /** A worker opened a session. */
    record Attached(
            SessionId session, WorkerProcess process, WorkerFacts facts, Optional<HeldRun> held)
            implements Event {
        public Attached {
            requireNonNull(session, "session");
            requireNonNull(process, "process");
            requireNonNull(facts, "facts");
            requireNonNull(held, "held");
        }

        @Override
        public void accept(Handler handler) {
            handler.attached(this);
        }
    }

    /** A session's stream is gone, for the reason given in words. */
    record SessionEnded(SessionId session, String reason) implements Event {
        public SessionEnded {
            requireNonNull(session, "session");
            requireNonNull(reason, "reason");
        }

        @Override
        public void accept(Handler handler) {
            handler.sessionEnded(this);
        }
    }

    /** A sign of life. */
    record Heartbeat(SessionId session) implements Event {
        public Heartbeat {
            requireNonNull(session, "session");
        }

        @Override
        public void accept(Handler handler) {
            handler.heartbeat(this);
        }
    }

    /**
     * Somebody looked whether a worker process is there.
     *
     * @param address where it said that it listens
     * @param listens whether a connection was taken there; false: it was refused, since no process
     *     listens
     */
    record Looked(WorkerProcess process, String address, boolean listens) implements Event {
        public Looked {
            requireNonNull(process, "process");
            requireNonNull(address, "address");
        }

        @Override
        public void accept(Handler handler) {
            handler.looked(this);
        }
    }

    /** Time has passed; comes every {@link Bounds#TICK}. */
    record Tick() implements Event {
        @Override
        public void accept(Handler handler) {
            handler.tick(this);
        }
    }

    /**
     * A client submits a run; all its artefacts are stored. Without a name it gets one.
     *
     * @param key by which it is known when it is sent again
     */
    record Submitted(
            RequestId id, Optional<RequestKey> key, Optional<RunName> name, Submission submission)
            implements Event {
        public Submitted {
            requireNonNull(id, "id");
            requireNonNull(key, "key");
            requireNonNull(name, "name");
            requireNonNull(submission, "submission");
        }

        /** By a client that does not send it again. */
        public Submitted(RequestId id, Optional<RunName> name, Submission submission) {
            this(id, Optional.empty(), name, submission);
        }

        @Override
        public Optional<RequestId> request() {
            return Optional.of(id);
        }

        @Override
        public void accept(Handler handler) {
            handler.submitted(this);
        }
    }

    /**
     * A client cancels a run.
     *
     * @param key by which it is known when it is sent again
     */
    record CancelRequested(RequestId id, Optional<RequestKey> key, RunName name, String reason)
            implements Event {
        public CancelRequested {
            requireNonNull(id, "id");
            requireNonNull(key, "key");
            requireNonNull(name, "name");
            requireNonNull(reason, "reason");
        }

        /** By a client that does not send it again. */
        public CancelRequested(RequestId id, RunName name, String reason) {
            this(id, Optional.empty(), name, reason);
        }

        @Override
        public Optional<RequestId> request() {
            return Optional.of(id);
        }

        @Override
        public void accept(Handler handler) {
            handler.cancelRequested(this);
        }
    }

    /** A worker says something about a run. */
    record Reported(SessionId session, WorkerReport report) implements Event {
        public Reported {
            requireNonNull(session, "session");
            requireNonNull(report, "report");
        }

        @Override
        public void accept(Handler handler) {
            handler.reported(this);
        }
    }

    /**
     * A checkpoint is whole, durable and in its place.
     *
     * @param fence whose state it holds
     * @param step of that state
     * @param folder where it is
     * @param files that it has
     */
    record CheckpointSealed(Fence fence, int step, String folder, List<ArtefactReference> files)
            implements Event {
        public CheckpointSealed {
            requireNonNull(fence, "fence");
            requireNonNull(folder, "folder");
            files = List.copyOf(files);
        }

        @Override
        public void accept(Handler handler) {
            handler.checkpointSealed(this);
        }
    }

    /** A checkpoint cannot be written. */
    record CheckpointFailed(Fence fence, int step, List<String> problems) implements Event {
        public CheckpointFailed {
            requireNonNull(fence, "fence");
            problems = List.copyOf(problems);
        }

        @Override
        public void accept(Handler handler) {
            handler.checkpointFailed(this);
        }
    }

    /**
     * The output folder of a run is in place.
     *
     * @param fence whose parameters it holds
     * @param folder where it is
     * @param peakResidentBytes of this process
     */
    record OutputSealed(Fence fence, String folder, long peakResidentBytes) implements Event {
        public OutputSealed {
            requireNonNull(fence, "fence");
            requireNonNull(folder, "folder");
        }

        @Override
        public void accept(Handler handler) {
            handler.outputSealed(this);
        }
    }

    /** The output folder of a run cannot be written. */
    record OutputFailed(Fence fence, List<String> problems) implements Event {
        public OutputFailed {
            requireNonNull(fence, "fence");
            problems = List.copyOf(problems);
        }

        @Override
        public void accept(Handler handler) {
            handler.outputFailed(this);
        }
    }

    /**
     * A run met a bug of ours, here or on a thread that worked for it.
     *
     * @param trace what was thrown and where, for the run's record
     */
    record SetAside(RunName run, List<String> trace) implements Event {
        /** Why a run ended that is set aside. */
        public static final String REASON = "a bug in Shoal; the run is set aside";

        /** Lines of a trace: where a bug is, is told by the first ones. */
        private static final int LINES = 30;

        /** Characters of a line: a message may repeat what was submitted. */
        private static final int LINE_LENGTH = 500;

        public SetAside {
            requireNonNull(run, "run");
            trace = List.copyOf(trace);
        }

        /** For what was thrown while something was done for the run. */
        public static SetAside of(RunName run, Throwable thrown) {
            return new SetAside(run, trace(thrown));
        }

        /** What was thrown, by what, and where: a bounded number of bounded lines. */
        public static List<String> trace(Throwable thrown) {
            List<String> lines = new ArrayList<>();
            Throwable each = thrown;
            while (each != null && lines.size() < LINES) {
                lines.add(line((lines.isEmpty() ? "" : "caused by ") + each));
                for (StackTraceElement place : each.getStackTrace()) {
                    if (lines.size() < LINES) {
                        lines.add(line("at " + place));
                    }
                }
                each = each.getCause();
            }
            return lines;
        }

        private static String line(String text) {
            return text.length() > LINE_LENGTH ? text.substring(0, LINE_LENGTH) + "..." : text;
        }

        @Override
        public void accept(Handler handler) {
            handler.setAside(this);
        }
    }
}
