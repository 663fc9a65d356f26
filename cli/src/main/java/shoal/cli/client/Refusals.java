package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import shoal.cli.outcome.CommandException;
import shoal.recipe.ErrorCode;
import shoal.wire.Busy;
import shoal.wire.HostPort;
import shoal.wire.tls.TlsTrouble;

/** Turns the status with which a call ended into what the user should know and do. */
final class Refusals {
    private static final String START =
            "start one there: shoal coordinator --data DIR --listen HOST:PORT";

    /** Whether anything takes a connection is known at once, or it is as good as none. */
    private static final int PROBE_MILLIS = 2_000;

    private final Connection connection;
    private final BooleanSupplier wasThere;

    /**
     * @param wasThere whether a connection to the coordinator has come about
     */
    Refusals(Connection connection, BooleanSupplier wasThere) {
        this.connection = requireNonNull(connection, "connection");
        this.wasThere = requireNonNull(wasThere, "wasThere");
    }

    /** Whether a connection to the coordinator has come about. */
    boolean wasThere() {
        return wasThere.getAsBoolean();
    }

    /** Whether something takes connections where the coordinator should be. */
    boolean takesConnections() {
        HostPort address = connection.address();
        try (Socket socket = new Socket()) {
            socket.connect(address.toSocketAddress(), PROBE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What is waited for, as a clause, of a call that is made again. */
    String trouble(StatusRuntimeException ended, String asked, Duration waited) {
        if (Busy.retryIn(ended).isPresent()) {
            return "the coordinator at " + connection.address() + " is " + said(ended.getStatus());
        }
        if (isAway(ended)) {
            return "the coordinator at " + connection.address() + " was there and is away";
        }
        return wasThere()
                ? "connected to the coordinator at "
                        + connection.address()
                        + ", and no answer about "
                        + asked
                        + " in "
                        + seconds(waited)
                : connection.address()
                        + " takes connections, and says nothing that a coordinator says, in "
                        + seconds(waited);
    }

    static String seconds(Duration time) {
        long millis = time.toMillis();
        return millis < 1_000 ? millis + " ms" : (millis + 500) / 1_000 + " s";
    }

    /**
     * What to throw for a call that ended badly.
     *
     * @param asked what was asked for, as the object of a sentence: "run a1"
     * @param waited for an answer
     */
    RuntimeException of(StatusRuntimeException ended, String asked, Duration waited) {
        Status status = ended.getStatus();
        String said = said(status);
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
        if (Busy.retryIn(ended).isPresent()) {
            return busy(ended, asked, waited);
        }
        if (!wasThere() && isNotHttp2(status)) {
            return notThere("; what listens there does not speak HTTP/2");
        }
        return switch (status.getCode()) {
            case UNAVAILABLE -> unavailable(ended, waited);
            case DEADLINE_EXCEEDED -> late(ended, asked, waited);
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

    private CommandException busy(StatusRuntimeException ended, String asked, Duration waited) {
        return new CommandException(
                ErrorCode.CLUSTER_UNREACHABLE,
                trouble(ended, asked, waited)
                        + ". It was asked for "
                        + seconds(waited)
                        + "; try again later");
    }

    private CommandException unavailable(StatusRuntimeException ended, Duration waited) {
        if (wasThere()) {
            return new CommandException(
                    ErrorCode.CLUSTER_UNREACHABLE,
                    trouble(ended, "", waited)
                            + " for "
                            + seconds(waited)
                            + " ("
                            + said(ended.getStatus())
                            + "). Start it again on the same folder; runs go on where they were");
        }
        return notThere(TlsTrouble.hint(ended.getStatus()));
    }

    private CommandException notThere(String hint) {
        return new CommandException(
                ErrorCode.CLUSTER_UNREACHABLE,
                "no coordinator answers at "
                        + where()
                        + hint
                        + ". Correct the address, or "
                        + START);
    }

    private CommandException late(StatusRuntimeException ended, String asked, Duration waited) {
        String remedy;
        if (wasThere()) {
            remedy =
                    ". It or its machine is busy, or it hangs: try again later, and look at its log"
                            + " and its machine's load";
        } else if (takesConnections()) {
            remedy =
                    ". It is a coordinator whose machine is too busy or frozen, or another program"
                            + " has this port: look at what listens there";
        } else {
            return new CommandException(
                    ErrorCode.CLUSTER_UNREACHABLE,
                    "cannot connect to "
                            + where()
                            + " in "
                            + seconds(waited)
                            + ". Correct the address, open the port, or "
                            + START);
        }
        return new CommandException(
                ErrorCode.CLUSTER_UNREACHABLE, trouble(ended, asked, waited) + remedy);
    }

    private String where() {
        return connection.address() + " (from " + connection.addressOrigin() + ")";
    }

    /** gRPC tells by words only that what came first is no frame of HTTP/2. */
    private static boolean isNotHttp2(Status status) {
        return said(status).contains("not SETTINGS")
                || said(status).contains("not an HTTP/2")
                || String.valueOf(status.getCause()).contains("not SETTINGS");
    }

    private static String said(Status status) {
        return status.getDescription() == null ? "" : status.getDescription();
    }
}
