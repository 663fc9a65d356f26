package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import shoal.cli.outcome.CommandException;
import shoal.recipe.ErrorCode;
import shoal.wire.tls.TlsTrouble;

/** Turns the status with which a call ended into what the user should know and do. */
final class Refusals {
    private final Connection connection;

    Refusals(Connection connection) {
        this.connection = requireNonNull(connection, "connection");
    }

    /**
     * What to throw for a call that ended badly.
     *
     * @param asked what was asked for, as the object of a sentence: "run a1"
     */
    RuntimeException of(StatusRuntimeException ended, String asked) {
        Status status = ended.getStatus();
        String said = status.getDescription() == null ? "" : status.getDescription();
        if (status.getCause() instanceof InterruptedException
                || Thread.currentThread().isInterrupted()) {
            Thread.currentThread().interrupt();
            return new CancellationException("interrupted while asking for " + asked);
        }
        Optional<String> tls = TlsTrouble.words(status.getCause());
        if (tls.isPresent()) {
            return new CommandException(
                    ErrorCode.CLUSTER_UNREACHABLE,
                    "the coordinator at " + connection.address() + " is not trusted: " + tls.get());
        }
        return switch (status.getCode()) {
            case UNAVAILABLE -> unreachable("no coordinator answers", status);
            case DEADLINE_EXCEEDED -> unreachable("the coordinator did not answer in time", status);
            case UNAUTHENTICATED, PERMISSION_DENIED ->
                    new CommandException(
                            ErrorCode.CLUSTER_UNREACHABLE,
                            "the coordinator at "
                                    + connection.address()
                                    + " refused the token from "
                                    + connection.tokenOrigin()
                                    + ": "
                                    + said);
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    RESOURCE_EXHAUSTED ->
                    new CommandException(
                            ErrorCode.USER, said.isEmpty() ? asked + ": " + status : said);
            case UNIMPLEMENTED ->
                    new CommandException(
                            ErrorCode.CLUSTER_UNREACHABLE,
                            connection.address()
                                    + " ("
                                    + connection.addressOrigin()
                                    + ") is no Shoal coordinator of this version: "
                                    + said);
            case OK, CANCELLED, UNKNOWN, ABORTED, INTERNAL, DATA_LOSS ->
                    new CommandException(
                            ErrorCode.INTERNAL,
                            "the coordinator at "
                                    + connection.address()
                                    + " reported "
                                    + status.getCode()
                                    + " for "
                                    + asked
                                    + (said.isEmpty() ? "" : ": " + said));
        };
    }

    /** Whether the call ended because the coordinator is away, perhaps for a moment. */
    static boolean isAway(StatusRuntimeException ended) {
        return ended.getStatus().getCode() == Status.Code.UNAVAILABLE
                && TlsTrouble.words(ended.getStatus().getCause()).isEmpty();
    }

    private CommandException unreachable(String what, Status status) {
        return new CommandException(
                ErrorCode.CLUSTER_UNREACHABLE,
                what
                        + " at "
                        + connection.address()
                        + " (from "
                        + connection.addressOrigin()
                        + ")"
                        + TlsTrouble.hint(status)
                        + ". Correct the address, or start one there: shoal coordinator --data DIR"
                        + " --listen HOST:PORT");
    }
}
