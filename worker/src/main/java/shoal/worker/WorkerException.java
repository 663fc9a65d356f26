package shoal.worker;

import static java.util.Objects.requireNonNull;

import shoal.recipe.ErrorCode;

/** Why a worker process cannot go on. */
public final class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public WorkerException(ErrorCode code, String message) {
        super(message);
        this.code = requireNonNull(code, "code");
    }

    public WorkerException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = requireNonNull(code, "code");
    }

    public ErrorCode code() {
        return code;
    }
}
