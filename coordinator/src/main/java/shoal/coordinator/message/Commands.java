package shoal.coordinator.message;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import shoal.coordinator.core.Command;
import shoal.coordinator.core.Commit;
import shoal.coordinator.core.Fence;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.EndRun;
import shoal.proto.v1.Evaluate;
import shoal.proto.v1.MeasureStep;
import shoal.proto.v1.OpenStep;
import shoal.proto.v1.StartRun;
import shoal.proto.v1.UploadState;

/** Writes what workers are told. */
public final class Commands implements Command.Handler<CoordinatorMessage> {
    private final PeerKeys keys;

    /**
     * @param keys by which workers of a run know each other
     */
    public Commands(PeerKeys keys) {
        this.keys = requireNonNull(keys, "keys");
    }

    public CoordinatorMessage message(Command command) {
        return command.accept(this);
    }

    @Override
    public CoordinatorMessage startRun(Command.StartRun command) {
        StartRun.Builder start =
                StartRun.newBuilder()
                        .setFence(fence(command.fence()))
                        .setRecipeJson(command.submission().recipeJson())
                        .setIndex(command.index())
                        .setPeerKey(ByteString.copyFrom(keys.of(command.fence())))
                        .setStep(command.step());
        command.crew().members().stream().map(MemberMessages::peer).forEach(start::addPeers);
        command.submission().artefacts().stream()
                .map(ArtefactMessages::message)
                .forEach(start::addArtefacts);
        return CoordinatorMessage.newBuilder().setStartRun(start).build();
    }

    @Override
    public CoordinatorMessage openStep(Command.OpenStep command) {
        return CoordinatorMessage.newBuilder()
                .setOpenStep(
                        OpenStep.newBuilder()
                                .setFence(fence(command.fence()))
                                .setStep(command.step())
                                .setLossScale(command.lossScale()))
                .build();
    }

    @Override
    public CoordinatorMessage measureStep(Command.MeasureStep command) {
        return CoordinatorMessage.newBuilder()
                .setMeasureStep(
                        MeasureStep.newBuilder()
                                .setFence(fence(command.fence()))
                                .setStep(command.step())
                                .setClip(command.clip()))
                .build();
    }

    @Override
    public CoordinatorMessage commitStep(Command.CommitStep command) {
        Commit commit = command.commit();
        return CoordinatorMessage.newBuilder()
                .setCommitStep(
                        CommitStep.newBuilder()
                                .setFence(fence(command.fence()))
                                .setStep(commit.step())
                                .setClip(commit.clip())
                                .setLearningRate(commit.learningRate())
                                .addAllRatios(commit.ratios())
                                .setSkipped(commit.skipped())
                                .setUpdates(command.updates())
                                .setNextLossScale(command.skips().scale().scale())
                                .setOpensNext(command.opensNext()))
                .build();
    }

    @Override
    public CoordinatorMessage evaluate(Command.Evaluate command) {
        return CoordinatorMessage.newBuilder()
                .setEvaluate(
                        Evaluate.newBuilder()
                                .setFence(fence(command.fence()))
                                .setStep(command.step())
                                .setFirstRow(command.rows().from())
                                .setEndRow(command.rows().to()))
                .build();
    }

    @Override
    public CoordinatorMessage uploadState(Command.UploadState command) {
        return CoordinatorMessage.newBuilder()
                .setUploadState(
                        UploadState.newBuilder()
                                .setFence(fence(command.fence()))
                                .setStep(command.step())
                                .setMoments(command.moments()))
                .build();
    }

    @Override
    public CoordinatorMessage endRun(Command.EndRun command) {
        return CoordinatorMessage.newBuilder()
                .setEndRun(
                        EndRun.newBuilder()
                                .setFence(fence(command.fence()))
                                .setReason(command.reason()))
                .build();
    }

    private static shoal.proto.v1.Fence fence(Fence fence) {
        return shoal.proto.v1.Fence.newBuilder()
                .setRun(fence.run().text())
                .setGeneration(fence.generation())
                .build();
    }
}
