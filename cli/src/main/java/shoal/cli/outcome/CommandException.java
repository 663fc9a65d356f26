package shoal.cli.outcome;

import static java.util.Objects.requireNonNull;

import shoal.recipe.ErrorCode;

/** An expected trouble that ends a command, with the code it ends with and what to do, in words. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public CommandException(ErrorCode code, String message) {
        super(requireNonNull(message, "message"));
        this.code = requireNonNull(code, "code");
    }

    public ErrorCode code() {
        return code;
    }
}
