package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.plan.log.LogRow;

/** Something that those who watch a run are told; stored and numbered from 1. */
public sealed interface RunEvent {
    /** Reads this event. */
    <R> R accept(Handler<R> handler);

    /** One method per event. */
    interface Handler<R> {
        R statusChanged(StatusChanged event);

        R notice(Notice event);

        R logged(Logged event);

        R reported(Reported event);

        R checkpointSaved(CheckpointSaved event);

        R restarted(Restarted event);
    }

    /**
     * The run has another status.
     *
     * @param status the new one
     * @param reason in words
     * @param problems of a failed run
     * @param userError whether the run's files are at fault
     */
    record StatusChanged(RunStatus status, String reason, List<String> problems, boolean userError)
            implements RunEvent {
        public StatusChanged {
            requireNonNull(status, "status");
            requireNonNull(reason, "reason");
            problems = List.copyOf(problems);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.statusChanged(this);
        }
    }

    /** Something the user should know that is not an error. */
    record Notice(String text) implements RunEvent {
        public Notice {
            requireNonNull(text, "text");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.notice(this);
        }
    }

    /** One row of HF's log_history. */
    record Logged(LogRow row) implements RunEvent {
        public Logged {
            requireNonNull(row, "row");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.logged(this);
        }
    }

    /**
     * What a finished run took.
     *
     * @param trainSeconds from the first step's start to the last evaluation's end
     * @param samplesPerSecond rows visited per second
     * @param memory peak of each process
     * @param outputFolder of the result, at the coordinator
     */
    record Reported(
            double trainSeconds,
            double samplesPerSecond,
            List<ProcessMemory> memory,
            String outputFolder)
            implements RunEvent {
        public Reported {
            memory = List.copyOf(memory);
            requireNonNull(outputFolder, "outputFolder");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.reported(this);
        }
    }

    /** Peak resident memory of "coordinator" or "worker w1". */
    record ProcessMemory(String process, long peakResidentBytes) {
        public ProcessMemory {
            requireNonNull(process, "process");
        }
    }

    /**
     * A checkpoint is sealed.
     *
     * @param step of its state
     * @param folder where it is, at the coordinator
     */
    record CheckpointSaved(int step, String folder) implements RunEvent {
        public CheckpointSaved {
            requireNonNull(folder, "folder");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.checkpointSaved(this);
        }
    }

    /**
     * The run goes on from a checkpoint: log rows that come replace earlier ones of the same steps.
     *
     * @param step of the checkpoint; 0 = from the first step on
     */
    record Restarted(String reason, long generation, int step) implements RunEvent {
        public Restarted {
            requireNonNull(reason, "reason");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.restarted(this);
        }
    }
}
