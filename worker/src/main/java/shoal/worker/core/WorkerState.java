package shoal.worker.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.proto.v1.HeldRun;
import shoal.recipe.Require;

/**
 * Everything the protocol remembers.
 *
 * @param attached whether a stream is open and welcomed
 * @param run the run that this process holds, if any
 * @param loads how many runs were loaded so far; the current load's number
 * @param staleMessages messages dropped because they speak for an older generation or another run
 */
public record WorkerState(boolean attached, RunState run, long loads, long staleMessages) {
    public WorkerState {
        requireNonNull(run, "run");
        Require.atLeast("loads", loads, 0);
        Require.atLeast("staleMessages", staleMessages, 0);
    }

    /** A process that has just started. */
    public static WorkerState initial() {
        return new WorkerState(false, new RunState.Idle(), 0, 0);
    }

    /** What Hello says about the held run, so that a redial continues it. */
    public Optional<HeldRun> heldRun() {
        return run.fence()
                .map(
                        fence ->
                                HeldRun.newBuilder()
                                        .setFence(fence)
                                        .setAppliedStep(run.appliedStep())
                                        .setReducedStep(run.reducedStep())
                                        .build());
    }

    WorkerState withAttached(boolean now) {
        return new WorkerState(now, run, loads, staleMessages);
    }

    WorkerState withRun(RunState next) {
        return new WorkerState(attached, next, loads, staleMessages);
    }

    WorkerState withNextLoad(RunState next) {
        return new WorkerState(attached, next, loads + 1, staleMessages);
    }

    WorkerState withOneMoreStale() {
        return new WorkerState(attached, run, loads, staleMessages + 1);
    }
}
