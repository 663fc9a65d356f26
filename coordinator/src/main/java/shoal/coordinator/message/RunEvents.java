package shoal.coordinator.message;

import java.time.Instant;
import java.util.List;
import shoal.coordinator.core.ProgressFacts;
import shoal.coordinator.core.RunEvent;
import shoal.coordinator.core.RunStatus;
import shoal.proto.v1.CheckpointSaved;
import shoal.proto.v1.ProcessMemory;
import shoal.proto.v1.Progress;
import shoal.proto.v1.RunReport;
import shoal.proto.v1.RunRestarted;
import shoal.proto.v1.StatusChanged;

/** Reads and writes what those who watch a run are told. */
public final class RunEvents {
    private RunEvents() {}

    /** A stored event. */
    public static shoal.proto.v1.RunEvent message(long sequence, Instant at, RunEvent event) {
        return event.accept(new Writer())
                .setSequence(sequence)
                .setTimeMillis(at.toEpochMilli())
                .build();
    }

    /** How far a run is; not stored. */
    public static shoal.proto.v1.RunEvent message(Instant at, ProgressFacts progress) {
        return shoal.proto.v1.RunEvent.newBuilder()
                .setTimeMillis(at.toEpochMilli())
                .setProgress(
                        Progress.newBuilder()
                                .setStep(progress.step())
                                .setSteps(progress.steps())
                                .setEpoch(progress.epoch())
                                .setEvaluatedRows(progress.evaluatedRows())
                                .setEvaluationRows(progress.evaluationRows()))
                .build();
    }

    /** Reads a stored event back. */
    public static RunEvent event(shoal.proto.v1.RunEvent message) {
        return switch (message.getKindCase()) {
            case STATUS_CHANGED -> statusChanged(message.getStatusChanged());
            case NOTICE -> new RunEvent.Notice(message.getNotice());
            case LOG_ROW -> new RunEvent.Logged(LogRows.row(message.getLogRow()));
            case REPORT -> report(message.getReport());
            case RESTARTED ->
                    new RunEvent.Restarted(
                            message.getRestarted().getReason(),
                            message.getRestarted().getGeneration(),
                            message.getRestarted().getStep());
            case CHECKPOINT ->
                    new RunEvent.CheckpointSaved(
                            message.getCheckpoint().getStep(), message.getCheckpoint().getFolder());
            case PROGRESS, KIND_NOT_SET ->
                    throw new IllegalArgumentException(
                            "event " + message.getSequence() + " is " + message.getKindCase());
        };
    }

    public static shoal.proto.v1.RunStatus status(RunStatus status) {
        return switch (status) {
            case QUEUED -> shoal.proto.v1.RunStatus.QUEUED;
            case STARTING -> shoal.proto.v1.RunStatus.STARTING;
            case RUNNING -> shoal.proto.v1.RunStatus.RUNNING;
            case FINISHING -> shoal.proto.v1.RunStatus.FINISHING;
            case DONE -> shoal.proto.v1.RunStatus.DONE;
            case FAILED -> shoal.proto.v1.RunStatus.FAILED;
            case CANCELLED -> shoal.proto.v1.RunStatus.CANCELLED;
        };
    }

    private static RunEvent statusChanged(StatusChanged changed) {
        return new RunEvent.StatusChanged(
                RunStatus.valueOf(changed.getStatus().name()),
                changed.getReason(),
                changed.getProblemsList(),
                changed.getUserError());
    }

    private static RunEvent report(RunReport report) {
        List<RunEvent.ProcessMemory> memory =
                report.getMemoryList().stream()
                        .map(
                                one ->
                                        new RunEvent.ProcessMemory(
                                                one.getProcess(), one.getPeakResidentBytes()))
                        .toList();
        return new RunEvent.Reported(
                report.getTrainSeconds(), report.getSamplesPerSecond(), memory, report.getOutput());
    }

    /** One kind each. */
    private static final class Writer implements RunEvent.Handler<shoal.proto.v1.RunEvent.Builder> {
        @Override
        public shoal.proto.v1.RunEvent.Builder statusChanged(RunEvent.StatusChanged event) {
            return shoal.proto.v1.RunEvent.newBuilder()
                    .setStatusChanged(
                            StatusChanged.newBuilder()
                                    .setStatus(status(event.status()))
                                    .setReason(event.reason())
                                    .addAllProblems(event.problems())
                                    .setUserError(event.userError()));
        }

        @Override
        public shoal.proto.v1.RunEvent.Builder notice(RunEvent.Notice event) {
            return shoal.proto.v1.RunEvent.newBuilder().setNotice(event.text());
        }

        @Override
        public shoal.proto.v1.RunEvent.Builder logged(RunEvent.Logged event) {
            return shoal.proto.v1.RunEvent.newBuilder().setLogRow(LogRows.message(event.row()));
        }

        @Override
        public shoal.proto.v1.RunEvent.Builder reported(RunEvent.Reported event) {
            RunReport.Builder report =
                    RunReport.newBuilder()
                            .setTrainSeconds(event.trainSeconds())
                            .setSamplesPerSecond(event.samplesPerSecond())
                            .setOutput(event.outputFolder());
            for (RunEvent.ProcessMemory memory : event.memory()) {
                report.addMemory(
                        ProcessMemory.newBuilder()
                                .setProcess(memory.process())
                                .setPeakResidentBytes(memory.peakResidentBytes()));
            }
            return shoal.proto.v1.RunEvent.newBuilder().setReport(report);
        }

        @Override
        public shoal.proto.v1.RunEvent.Builder restarted(RunEvent.Restarted event) {
            return shoal.proto.v1.RunEvent.newBuilder()
                    .setRestarted(
                            RunRestarted.newBuilder()
                                    .setReason(event.reason())
                                    .setGeneration(event.generation())
                                    .setStep(event.step()));
        }

        @Override
        public shoal.proto.v1.RunEvent.Builder checkpointSaved(RunEvent.CheckpointSaved event) {
            return shoal.proto.v1.RunEvent.newBuilder()
                    .setCheckpoint(
                            CheckpointSaved.newBuilder()
                                    .setStep(event.step())
                                    .setFolder(event.folder()));
        }
    }
}
