package shoal.worker;

import shoal.proto.v1.CommitStep;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.EndRun;
import shoal.proto.v1.Evaluate;
import shoal.proto.v1.Fence;
import shoal.proto.v1.OpenStep;
import shoal.proto.v1.StartRun;
import shoal.proto.v1.UploadState;

/** What a coordinator orders, about a run of generation 1. */
final class Orders {
    private Orders() {}

    static Fence fence(String run) {
        return Fence.newBuilder().setRun(run).setGeneration(1).build();
    }

    static CoordinatorMessage.Builder start(String run) {
        return CoordinatorMessage.newBuilder()
                .setStartRun(StartRun.newBuilder().setFence(fence(run)));
    }

    static CoordinatorMessage.Builder open(String run, int step) {
        return CoordinatorMessage.newBuilder()
                .setOpenStep(OpenStep.newBuilder().setFence(fence(run)).setStep(step));
    }

    static CoordinatorMessage.Builder commit(String run, int step, boolean opensNext) {
        return CoordinatorMessage.newBuilder()
                .setCommitStep(
                        CommitStep.newBuilder()
                                .setFence(fence(run))
                                .setStep(step)
                                .setClip(1)
                                .setLearningRate(0.1)
                                .setOpensNext(opensNext));
    }

    static CoordinatorMessage.Builder evaluate(String run, int step) {
        return CoordinatorMessage.newBuilder()
                .setEvaluate(Evaluate.newBuilder().setFence(fence(run)).setStep(step));
    }

    static CoordinatorMessage.Builder upload(String run, int step) {
        return CoordinatorMessage.newBuilder()
                .setUploadState(UploadState.newBuilder().setFence(fence(run)).setStep(step));
    }

    static CoordinatorMessage.Builder end(String run) {
        return CoordinatorMessage.newBuilder()
                .setEndRun(EndRun.newBuilder().setFence(fence(run)).setReason("test over"));
    }
}
