package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/**
 * A bug of ours that one run meets: no other run's state is touched by it, so that run alone is set
 * aside.
 */
public final class RunFaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient RunName run;

    /** What was thrown while this run was handled. */
    public RunFaultException(RunName run, Throwable cause) {
        super("run " + run + ": " + cause, cause);
        this.run = requireNonNull(run, "run");
    }

    /** The run to blame. */
    public RunName run() {
        return run;
    }

    /** Does something for one run; what that throws is the run's fault. */
    static void blame(RunName run, Runnable work) {
        try {
            work.run();
        } catch (RunFaultException known) {
            throw known; // of another run, that was met on the way
        } catch (RuntimeException | AssertionError | StackOverflowError bug) {
            throw new RunFaultException(run, bug);
        }
    }
}
