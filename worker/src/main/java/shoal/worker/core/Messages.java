package shoal.worker.core;

import java.util.ArrayList;
import java.util.List;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StateUploaded;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.proto.v1.WorkerMessage;

/** The messages of a worker, stamped with its fence. */
final class Messages {
    private Messages() {}

    /** What a held run says on every new stream: where it stands, and what may have been lost. */
    static List<Action> standing(RunState.Held held) {
        List<Action> all = new ArrayList<>();
        all.add(ready(held));
        held.reportOf(held.committed() + 1).ifPresent(report -> all.add(reduced(report)));
        return all;
    }

    static Action ready(RunState.Held held) {
        return new Action.Send(
                WorkerMessage.newBuilder()
                        .setRunReady(
                                held.facts().toBuilder()
                                        .setFence(held.at())
                                        .setAppliedStep(held.appliedStep())
                                        .setReducedStep(held.reducedStep()))
                        .build());
    }

    static Action reduced(StepReduced report) {
        return new Action.Send(WorkerMessage.newBuilder().setStepReduced(report).build());
    }

    static Action measured(Fence fence, StepMeasured report) {
        return new Action.Send(
                WorkerMessage.newBuilder()
                        .setStepMeasured(report.toBuilder().setFence(fence))
                        .build());
    }

    static Action evaluated(Fence fence, EvaluationRows rows) {
        return new Action.Send(
                WorkerMessage.newBuilder()
                        .setEvaluationRows(rows.toBuilder().setFence(fence))
                        .build());
    }

    static Action uploaded(Fence fence, int step, long peakResidentBytes) {
        return new Action.Send(
                WorkerMessage.newBuilder()
                        .setStateUploaded(
                                StateUploaded.newBuilder()
                                        .setFence(fence)
                                        .setStep(step)
                                        .setPeakResidentBytes(peakResidentBytes))
                        .build());
    }

    static Action trouble(RunTrouble trouble) {
        return new Action.Send(WorkerMessage.newBuilder().setRunTrouble(trouble).build());
    }
}
