package shoal.worker.core;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.EndRun;
import shoal.proto.v1.Evaluate;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.MeasureStep;
import shoal.proto.v1.OpenStep;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StartRun;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.proto.v1.UploadState;
import shoal.proto.v1.WorkerMessage;

/** Plays events to the core and says its actions in words. */
final class Script {
    private WorkerState state = WorkerState.initial();
    private String reason = "";

    WorkerState state() {
        return state;
    }

    String reason() {
        return reason;
    }

    List<String> event(Event event) {
        Decision decision = WorkerCore.apply(state, event);
        state = decision.state();
        reason = decision.reason();
        List<String> words = new ArrayList<>();
        decision.actions().forEach(action -> action.accept(new InWords(words)));
        return words;
    }

    void holding(String run, long generation) {
        attached();
        start(run, generation);
        loaded();
    }

    List<String> attached() {
        return event(new Event.Attached());
    }

    void detached() {
        event(new Event.Detached());
    }

    List<String> start(String run, long generation) {
        return received(
                CoordinatorMessage.newBuilder()
                        .setStartRun(StartRun.newBuilder().setFence(fence(run, generation))));
    }

    List<String> loaded() {
        return event(new Event.Loaded(state.loads(), RunReady.getDefaultInstance()));
    }

    List<String> open(int step) {
        Fence fence = current();
        return openUnder(fence.getRun(), fence.getGeneration(), step);
    }

    List<String> openUnder(String run, long generation, int step) {
        OpenStep open =
                OpenStep.newBuilder().setFence(fence(run, generation)).setStep(step).build();
        return received(CoordinatorMessage.newBuilder().setOpenStep(open));
    }

    List<String> reduced(int step) {
        return event(
                new Event.Reduced(state.loads(), StepReduced.newBuilder().setStep(step).build()));
    }

    List<String> measure(int step, double clip) {
        MeasureStep measure =
                MeasureStep.newBuilder().setFence(current()).setStep(step).setClip(clip).build();
        return received(CoordinatorMessage.newBuilder().setMeasureStep(measure));
    }

    List<String> measured(int step) {
        return event(
                new Event.Measured(state.loads(), StepMeasured.newBuilder().setStep(step).build()));
    }

    List<String> commit(int step, boolean opensNext) {
        CommitStep commit =
                CommitStep.newBuilder()
                        .setFence(current())
                        .setStep(step)
                        .setOpensNext(opensNext)
                        .build();
        return received(CoordinatorMessage.newBuilder().setCommitStep(commit));
    }

    List<String> applied(int step) {
        return event(new Event.Applied(state.loads(), step));
    }

    List<String> evaluate(int step) {
        Evaluate evaluate = Evaluate.newBuilder().setFence(current()).setStep(step).build();
        return received(CoordinatorMessage.newBuilder().setEvaluate(evaluate));
    }

    List<String> evaluated(int step, int firstRow) {
        return event(
                new Event.Evaluated(
                        state.loads(),
                        EvaluationRows.newBuilder().setStep(step).setFirstRow(firstRow).build()));
    }

    List<String> upload(int step) {
        UploadState upload = UploadState.newBuilder().setFence(current()).setStep(step).build();
        return received(CoordinatorMessage.newBuilder().setUploadState(upload));
    }

    List<String> uploaded(int step) {
        return event(new Event.Uploaded(state.loads(), step, 1));
    }

    List<String> uploadLost(int step) {
        return event(new Event.UploadLost(state.loads(), step, "stream gone"));
    }

    List<String> failed(boolean userError, String problem) {
        return event(new Event.Failed(state.loads(), userError, List.of(problem)));
    }

    List<String> lostPeer(int peer) {
        return event(
                new Event.Failed(
                        state.loads(), false, OptionalInt.of(peer), List.of("it is silent")));
    }

    List<String> end(String run, long generation) {
        EndRun end = EndRun.newBuilder().setFence(fence(run, generation)).build();
        return received(CoordinatorMessage.newBuilder().setEndRun(end));
    }

    private List<String> received(CoordinatorMessage.Builder message) {
        return event(new Event.Received(message.build()));
    }

    private Fence current() {
        return state.run().fence().orElseThrow();
    }

    private static Fence fence(String run, long generation) {
        return Fence.newBuilder().setRun(run).setGeneration(generation).build();
    }

    private record InWords(List<String> words) implements Action.Handler {
        @Override
        public void send(Action.Send action) {
            words.add("send " + words(action.message()));
        }

        @Override
        public void load(Action.Load action) {
            words.add("load " + words(action.run().getFence()));
        }

        @Override
        public void reduce(Action.Reduce action) {
            words.add("reduce " + action.step());
        }

        @Override
        public void measure(Action.Measure action) {
            words.add("measure " + action.step() + " clip=" + action.clip());
        }

        @Override
        public void apply(Action.Apply action) {
            words.add("apply " + action.commit().getStep());
        }

        @Override
        public void evaluate(Action.Evaluate action) {
            words.add("evaluate " + action.step());
        }

        @Override
        public void upload(Action.Upload action) {
            words.add(
                    "upload "
                            + words(action.fence())
                            + " step="
                            + action.step()
                            + (action.moments() ? " with moments" : ""));
        }

        @Override
        public void release(Action.Release action) {
            words.add("release");
        }

        private static String words(Fence fence) {
            return fence.getRun() + "/" + fence.getGeneration();
        }

        private static String words(WorkerMessage message) {
            return switch (message.getKindCase()) {
                case RUN_READY -> ready(message.getRunReady());
                case STEP_REDUCED ->
                        "reduced "
                                + words(message.getStepReduced().getFence())
                                + " step="
                                + message.getStepReduced().getStep();
                case STEP_MEASURED ->
                        "measured "
                                + words(message.getStepMeasured().getFence())
                                + " step="
                                + message.getStepMeasured().getStep();
                case EVALUATION_ROWS ->
                        "rows "
                                + words(message.getEvaluationRows().getFence())
                                + " step="
                                + message.getEvaluationRows().getStep()
                                + " first="
                                + message.getEvaluationRows().getFirstRow();
                case STATE_UPLOADED ->
                        "uploaded "
                                + words(message.getStateUploaded().getFence())
                                + " step="
                                + message.getStateUploaded().getStep();
                case RUN_TROUBLE -> trouble(message.getRunTrouble());
                case HELLO, HEARTBEAT, CERTIFICATE_REQUEST, KIND_NOT_SET ->
                        message.getKindCase().toString();
            };
        }

        private static String ready(RunReady ready) {
            return "ready "
                    + words(ready.getFence())
                    + " applied="
                    + ready.getAppliedStep()
                    + " reduced="
                    + ready.getReducedStep();
        }

        private static String trouble(RunTrouble trouble) {
            return "trouble "
                    + words(trouble.getFence())
                    + " user="
                    + trouble.getUserError()
                    + (trouble.hasLostPeer() ? " peer=" + trouble.getLostPeer() : "")
                    + " "
                    + trouble.getProblemsList();
        }
    }
}
