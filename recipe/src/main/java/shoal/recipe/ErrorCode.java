package shoal.recipe;

/**
 * Whose fault an error is, and the exit code a command ends with because of it.
 *
 * <p>The same code decides the gRPC status and the HTTP status where one is needed.
 */
public enum ErrorCode {
    /** A run was accepted and then failed: the worker or the arithmetic is at fault. */
    RUN_FAILED(1),
    /** The machine is at fault: a disk that is full, a file that is damaged, a permission. */
    MACHINE(1),
    /** A flag, a configuration file, a data file or a model folder is at fault. */
    USER(2),
    /** The run was cancelled by somebody. */
    RUN_CANCELLED(3),
    /** The coordinator cannot be reached, refuses the caller, or lacks what runs need. */
    CLUSTER_UNREACHABLE(4),
    /** A bug of ours. */
    INTERNAL(70),
    /** The user interrupted the command. */
    INTERRUPTED(130);

    private final int exitCode;

    ErrorCode(int exitCode) {
        this.exitCode = exitCode;
    }

    /** The process exit code, as documented in the README. */
    public int exitCode() {
        return exitCode;
    }
}
