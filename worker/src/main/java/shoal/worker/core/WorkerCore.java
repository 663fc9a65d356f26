package shoal.worker.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Fence;
import shoal.proto.v1.RunTrouble;
import shoal.proto.v1.StartRun;

/**
 * Decides what a worker does about each event.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A message that speaks for an older generation, or for a run that is not held, changes
 *       nothing but a counter. A newer generation of the held run is adopted, except that a
 *       StartRun of a newer generation begins the run again at the step it says.
 *   <li>A step is computed once and applied once, however often OpenStep and CommitStep arrive.
 *   <li>State survives a broken stream: on the next one the worker says where it stands (RunReady)
 *       and sends again what may have been lost (StepReduced, RunTrouble); EvaluationRows, when the
 *       coordinator asks for the evaluation again.
 *   <li>While no stream is open nothing is sent.
 *   <li>Results of work for a run that was released meanwhile are dropped.
 *   <li>An order that no correct coordinator gives ends the run with a RunTrouble that says what
 *       was expected, never with a wrong step.
 * </ul>
 *
 * <p>Pure: may be called from any thread; same state and event, same decision.
 */
public final class WorkerCore {
    private WorkerCore() {}

    /** Decides one event. */
    public static Decision apply(WorkerState state, Event event) {
        Decision decision = event.accept(new Dispatch(state));
        if (decision.state().attached()) {
            return decision;
        }
        List<Action> unsent =
                decision.actions().stream()
                        .filter(action -> !(action instanceof Action.Send))
                        .toList();
        return new Decision(decision.state(), unsent, decision.reason());
    }

    /** The fence of a message about a run. */
    private static Optional<Fence> fenceOf(CoordinatorMessage message) {
        return switch (message.getKindCase()) {
            case START_RUN -> Optional.of(message.getStartRun().getFence());
            case OPEN_STEP -> Optional.of(message.getOpenStep().getFence());
            case MEASURE_STEP -> Optional.of(message.getMeasureStep().getFence());
            case COMMIT_STEP -> Optional.of(message.getCommitStep().getFence());
            case EVALUATE -> Optional.of(message.getEvaluate().getFence());
            case UPLOAD_STATE -> Optional.of(message.getUploadState().getFence());
            case END_RUN -> Optional.of(message.getEndRun().getFence());
            case WELCOME, HEARTBEAT, PEER_CERTIFICATE, KIND_NOT_SET -> Optional.empty();
        };
    }

    private record Dispatch(WorkerState state) implements Event.Handler<Decision> {
        @Override
        public Decision attached(Event.Attached event) {
            WorkerState next = state.withAttached(true);
            return new Decision(next, next.run().accept(new WhatToSayAgain()), "attached");
        }

        @Override
        public Decision detached(Event.Detached event) {
            return new Decision(state.withAttached(false), List.of(), "detached");
        }

        @Override
        public Decision received(Event.Received event) {
            Optional<Fence> fence = fenceOf(event.message());
            if (fence.isEmpty()) {
                return Decision.stay(state);
            }
            if (event.message().hasStartRun()) {
                return start(event.message().getStartRun());
            }
            if (!isCurrent(fence.get())) {
                return stale(event.message().getKindCase() + " for " + words(fence.get()));
            }
            return aboutHeld(adopting(fence.get()), event.message());
        }

        @Override
        public Decision loaded(Event.Loaded event) {
            if (event.load() != state.loads()
                    || !(state.run() instanceof RunState.Loading loading)) {
                return stale("files of a run that was released");
            }
            RunState.Held held = RunState.Held.loaded(loading, event.facts());
            return new Decision(
                    state.withRun(held), List.of(Messages.ready(held)), "loaded " + words(held));
        }

        @Override
        public Decision reduced(Event.Reduced event) {
            return onHeld(event.load(), core -> core.reduced(event.report()));
        }

        @Override
        public Decision measured(Event.Measured event) {
            return onHeld(event.load(), core -> core.measured(event.report()));
        }

        @Override
        public Decision applied(Event.Applied event) {
            return onHeld(event.load(), core -> core.applied(event.step()));
        }

        @Override
        public Decision evaluated(Event.Evaluated event) {
            return onHeld(event.load(), core -> core.evaluated(event.rows()));
        }

        @Override
        public Decision uploaded(Event.Uploaded event) {
            return onHeld(event.load(), core -> core.uploaded(event));
        }

        @Override
        public Decision uploadLost(Event.UploadLost event) {
            return onHeld(event.load(), core -> core.uploadLost(event));
        }

        @Override
        public Decision failed(Event.Failed event) {
            if (event.load() != state.loads()) {
                return stale("trouble of a run that was released");
            }
            RunTrouble.Builder trouble =
                    RunTrouble.newBuilder()
                            .setUserError(event.userError())
                            .addAllProblems(event.problems());
            event.lostPeer().ifPresent(trouble::setLostPeer);
            return trouble(state, trouble);
        }

        /**
         * StartRun: under the fence that is held it means "say where you stand"; under a newer one,
         * or of another run, load it and begin after the step that it says.
         */
        private Decision start(StartRun run) {
            Fence fence = run.getFence();
            Optional<Fence> held = state.run().fence();
            if (held.isPresent() && held.get().getRun().equals(fence.getRun())) {
                return startAgain(run, held.get());
            }
            return load(run);
        }

        /** Loads from the step that it says; what was held is over. */
        private Decision load(StartRun run) {
            List<Action> actions = new ArrayList<>();
            state.run().fence().ifPresent(old -> actions.add(new Action.Release(state.loads())));
            WorkerState next =
                    state.withNextLoad(new RunState.Loading(run.getFence(), run.getStep()));
            actions.add(new Action.Load(next.loads(), run));
            return new Decision(next, actions, "loading " + words(run.getFence()));
        }

        private Decision startAgain(StartRun run, Fence held) {
            Fence fence = run.getFence();
            if (fence.getGeneration() < held.getGeneration()) {
                return stale("START_RUN for " + words(fence));
            }
            boolean newer = fence.getGeneration() > held.getGeneration();
            if (newer && !(state.run() instanceof RunState.Loading)) {
                return load(run);
            }
            WorkerState next = adopting(fence);
            return new Decision(
                    next, next.run().accept(new WhatToSayAgain()), "continuing " + words(fence));
        }

        private Decision aboutHeld(WorkerState current, CoordinatorMessage message) {
            if (message.hasEndRun()) {
                return new Decision(
                        current.withRun(new RunState.Idle()),
                        List.of(new Action.Release(current.loads())),
                        "ended "
                                + words(message.getEndRun().getFence())
                                + ": "
                                + message.getEndRun().getReason());
            }
            if (!(current.run() instanceof RunState.Held held)) {
                return Decision.stay(current.withOneMoreStale());
            }
            return new HeldCore(current, held).received(message);
        }

        private Decision onHeld(long load, java.util.function.Function<HeldCore, Decision> decide) {
            if (load == state.loads() && state.run() instanceof RunState.Held held) {
                return decide.apply(new HeldCore(state, held));
            }
            return stale("result of a run that was released");
        }

        private boolean isCurrent(Fence fence) {
            return state.run()
                    .fence()
                    .filter(held -> held.getRun().equals(fence.getRun()))
                    .filter(held -> held.getGeneration() <= fence.getGeneration())
                    .isPresent();
        }

        private WorkerState adopting(Fence fence) {
            return state.withRun(state.run().withFence(fence));
        }

        private Decision stale(String what) {
            return new Decision(state.withOneMoreStale(), List.of(), "dropped stale " + what);
        }
    }

    /** Ends what the worker does for the held run, and says why. */
    static Decision trouble(WorkerState state, RunTrouble.Builder what) {
        Fence fence = state.run().fence().orElseThrow();
        RunTrouble trouble = what.setFence(fence).build();
        return new Decision(
                state.withRun(new RunState.Troubled(fence, trouble)),
                List.of(new Action.Release(state.loads()), Messages.trouble(trouble)),
                "trouble with " + words(fence) + ": " + inWords(trouble));
    }

    /** For the log, which must not quote what is in a user's files. */
    private static String inWords(RunTrouble trouble) {
        return trouble.getUserError()
                ? trouble.getProblemsCount() + " problems in the run's files"
                : String.join("; ", trouble.getProblemsList());
    }

    private static String words(RunState.Held held) {
        return words(held.at());
    }

    private static String words(Fence fence) {
        return "run=" + fence.getRun() + " generation=" + fence.getGeneration();
    }

    /** What a run says on a new stream, or when it is started again. */
    private static final class WhatToSayAgain implements RunState.Handler<List<Action>> {
        @Override
        public List<Action> idle(RunState.Idle state) {
            return List.of();
        }

        @Override
        public List<Action> loading(RunState.Loading state) {
            return List.of();
        }

        @Override
        public List<Action> held(RunState.Held state) {
            return Messages.standing(state);
        }

        @Override
        public List<Action> troubled(RunState.Troubled state) {
            return List.of(Messages.trouble(state.trouble()));
        }
    }
}
