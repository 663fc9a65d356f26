package shoal.cli;

import java.util.List;
import shoal.cli.render.Console;
import shoal.proto.v1.StatusChanged;
import shoal.recipe.ErrorCode;

/** What a run's end means for the command that followed it. */
final class RunEnding {
    private RunEnding() {}

    /** Says why a run that was not done ended; returns the exit code. */
    static int report(StatusChanged end, String run, Console console) {
        return switch (end.getStatus()) {
            case DONE -> 0;
            case CANCELLED -> {
                console.err().println("shoal: run " + run + " was " + cancelled(end));
                yield ErrorCode.RUN_CANCELLED.exitCode();
            }
            case FAILED -> {
                console.err().println("shoal: run " + run + " failed" + because(end));
                List<String> problems = end.getProblemsList();
                problems.forEach(problem -> console.err().println("shoal: " + problem));
                yield end.getUserError()
                        ? ErrorCode.USER.exitCode()
                        : ErrorCode.RUN_FAILED.exitCode();
            }
            case RUN_STATUS_UNSPECIFIED, QUEUED, STARTING, RUNNING, FINISHING, UNRECOGNIZED ->
                    throw new IllegalStateException(
                            "a run in status " + end.getStatus() + " ended");
        };
    }

    /** The coordinator's reason begins with the word; another one's may not. */
    private static String cancelled(StatusChanged end) {
        String reason = end.getReason();
        boolean said = reason.equals("cancelled") || reason.startsWith("cancelled: ");
        return said ? reason : "cancelled" + because(end);
    }

    private static String because(StatusChanged end) {
        return end.getReason().isEmpty() ? "" : ": " + end.getReason();
    }
}
