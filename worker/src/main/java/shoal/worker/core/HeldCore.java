package shoal.worker.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.MeasureStep;
import shoal.proto.v1.OpenStep;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.proto.v1.UploadState;

/** Decides events about a loaded run. Fences are checked before. */
record HeldCore(WorkerState state, RunState.Held held) {
    /** A message of the coordinator about this run. */
    Decision received(CoordinatorMessage message) {
        return switch (message.getKindCase()) {
            case OPEN_STEP -> open(message.getOpenStep());
            case MEASURE_STEP -> measure(message.getMeasureStep());
            case COMMIT_STEP -> commit(message.getCommitStep());
            case EVALUATE -> evaluate(message.getEvaluate().getStep());
            case UPLOAD_STATE -> upload(message.getUploadState());
            case START_RUN, END_RUN, WELCOME, HEARTBEAT, PEER_CERTIFICATE, KIND_NOT_SET ->
                    Decision.stay(state);
        };
    }

    /** The gradient of a step is there. */
    Decision reduced(StepReduced report) {
        RunState.Held next = held.withReduced(report);
        return decide(next, next.reportOf(report.getStep()).map(Messages::reduced).stream());
    }

    /** What an update would do is measured. */
    Decision measured(StepMeasured report) {
        Optional<RunState.Measure> asked =
                held.measure().filter(measure -> measure.step() == report.getStep());
        if (asked.isEmpty()) {
            return new Decision(state.withOneMoreStale(), List.of(), "");
        }
        return decide(
                held.withMeasure(asked.get().with(report)),
                List.of(Messages.measured(held.at(), report)));
    }

    /** An update is done. */
    Decision applied(int step) {
        return decide(held.withApplied(step), List.of());
    }

    /** Some evaluation rows are there. */
    Decision evaluated(EvaluationRows rows) {
        Optional<RunState.Evaluation> current =
                held.evaluation().filter(evaluation -> evaluation.step() == rows.getStep());
        if (current.isEmpty()) {
            return new Decision(state.withOneMoreStale(), List.of(), "");
        }
        return decide(
                held.withEvaluation(current.get().with(rows)),
                List.of(Messages.evaluated(held.at(), rows)));
    }

    /** An upload was confirmed in full; one that was asked for meanwhile begins anew. */
    Decision uploaded(Event.Uploaded event) {
        if (held.upload().filter(RunState.Upload::again).isPresent()) {
            return startUpload(held, held.upload().get().anew());
        }
        return decide(
                held.withUpload(Optional.empty()),
                List.of(Messages.uploaded(held.at(), event.step(), event.peakResidentBytes())));
    }

    /** An upload broke off: again if asked for meanwhile, else when the coordinator asks. */
    Decision uploadLost(Event.UploadLost event) {
        boolean again = held.upload().filter(RunState.Upload::again).isPresent();
        RunState.Held next = held.withUpload(Optional.empty());
        if (!again || event.step() != held.committed()) {
            return new Decision(
                    state.withRun(next),
                    List.of(),
                    "upload of step " + event.step() + " broke off: " + event.reason());
        }
        return startUpload(next, held.upload().get().anew());
    }

    /** OpenStep: computed once, reported as often as asked. */
    private Decision open(OpenStep asked) {
        Action.Reduce work = reduce(asked.getStep(), asked.getLossScale());
        return opening(held, work, new ArrayList<>());
    }

    /** A scale that is not there is 1. */
    private Action.Reduce reduce(int step, double lossScale) {
        return new Action.Reduce(state.loads(), step, lossScale == 0 ? 1 : lossScale);
    }

    private Decision opening(RunState.Held from, Action.Reduce work, List<Action> actions) {
        int step = work.step();
        if (step <= from.committed()) {
            return decide(from, actions);
        }
        if (step != from.committed() + 1) {
            return unexpected("OpenStep " + step, "step " + (from.committed() + 1));
        }
        Optional<StepReduced> report = from.reportOf(step);
        if (report.isPresent()) {
            actions.add(Messages.reduced(report.get()));
            return decide(from, actions);
        }
        if (from.opened() == step) {
            return decide(from, actions);
        }
        actions.add(work);
        return decide(from.withOpened(step), actions);
    }

    /** MeasureStep: measured once, reported as often as asked. */
    private Decision measure(MeasureStep asked) {
        int step = asked.getStep();
        if (step <= held.committed()) {
            return decide(held, List.of());
        }
        if (step != held.committed() + 1 || held.reportOf(step).isEmpty()) {
            return unexpected(
                    "MeasureStep " + step,
                    "the measure of a step whose gradient is held (" + held.reducedStep() + ")");
        }
        Optional<RunState.Measure> known =
                held.measure().filter(measure -> measure.is(step, asked.getClip()));
        if (known.isPresent()) {
            return decide(
                    held,
                    known.get().found().stream()
                            .map(report -> Messages.measured(held.at(), report)));
        }
        return decide(
                held.withMeasure(new RunState.Measure(step, asked.getClip(), Optional.empty())),
                List.of(new Action.Measure(state.loads(), step, asked.getClip())));
    }

    /** CommitStep: applied once; one that opens the next step opens it again if asked again. */
    private Decision commit(CommitStep commit) {
        int step = commit.getStep();
        List<Action> actions = new ArrayList<>();
        RunState.Held next = held;
        if (step > held.committed()) {
            if (step != held.committed() + 1 || held.reportOf(step).isEmpty()) {
                return unexpected(
                        "CommitStep " + step,
                        "a commit of a step whose gradient is held (" + held.reducedStep() + ")");
            }
            actions.add(new Action.Apply(state.loads(), commit));
            next = held.withCommitted(step);
        }
        return commit.getOpensNext()
                ? opening(next, reduce(step + 1, commit.getNextLossScale()), actions)
                : decide(next, actions);
    }

    private Decision evaluate(int step) {
        if (step != held.committed()) {
            return unexpected("Evaluate " + step, "step " + held.committed());
        }
        if (held.evaluation().isPresent()) {
            return decide(
                    held,
                    held.evaluation().get().found().stream()
                            .map(rows -> Messages.evaluated(held.at(), rows)));
        }
        return decide(
                held.withEvaluation(new RunState.Evaluation(step, List.of())),
                List.of(new Action.Evaluate(state.loads(), step)));
    }

    private Decision upload(UploadState asked) {
        int step = asked.getStep();
        if (step != held.committed()) {
            return unexpected("UploadState " + step, "step " + held.committed());
        }
        if (held.upload().isPresent()) {
            RunState.Upload again = new RunState.Upload(step, asked.getMoments(), true);
            return decide(held.withUpload(Optional.of(again)), List.of());
        }
        return startUpload(held, new RunState.Upload(step, asked.getMoments(), false));
    }

    private Decision startUpload(RunState.Held from, RunState.Upload upload) {
        return decide(
                from.withUpload(Optional.of(upload)),
                List.of(
                        new Action.Upload(
                                state.loads(), from.at(), upload.step(), upload.moments())));
    }

    private Decision unexpected(String what, String expected) {
        return WorkerCore.trouble(
                state,
                RunTrouble.newBuilder()
                        .addProblems(
                                what
                                        + " came while the worker is at step "
                                        + held.committed()
                                        + "; expected "
                                        + expected
                                        + ". Coordinator and worker disagree about the run;"
                                        + " start it again."));
    }

    private Decision decide(RunState.Held next, java.util.stream.Stream<Action> actions) {
        return decide(next, actions.toList());
    }

    private Decision decide(RunState.Held next, List<Action> actions) {
        return new Decision(state.withRun(next), actions, "");
    }
}
