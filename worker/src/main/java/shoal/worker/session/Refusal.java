package shoal.worker.session;

import io.grpc.Status;
import java.util.Optional;
import shoal.wire.HostPort;
import shoal.wire.tls.TlsTrouble;

/** Tells a refusal, which dialling again does not cure, from trouble that passes. */
final class Refusal {
    private Refusal() {}

    /** Why it makes no sense to dial again, in words for the operator. */
    static Optional<String> of(Status status, HostPort coordinator) {
        Optional<String> tls = TlsTrouble.words(status.getCause());
        if (tls.isPresent()) {
            return Optional.of(
                    "the coordinator at " + coordinator + " is not trusted: " + tls.get());
        }
        return switch (status.getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED, FAILED_PRECONDITION, INVALID_ARGUMENT ->
                    Optional.of(
                            "the coordinator at "
                                    + coordinator
                                    + " refuses this worker: "
                                    + words(status));
            case UNIMPLEMENTED ->
                    Optional.of(
                            "what answers at "
                                    + coordinator
                                    + " is no Shoal coordinator: "
                                    + words(status));
            default -> Optional.empty();
        };
    }

    /** Why dialling was given up. */
    static String unreachable(Status status, HostPort coordinator, long waitedMillis) {
        return "no coordinator took this worker at "
                + coordinator
                + " within "
                + waitedMillis / 1_000
                + " s: "
                + words(status)
                + TlsTrouble.hint(status);
    }

    static String words(Status status) {
        String description = status.getDescription();
        Throwable cause = status.getCause();
        String detail =
                cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return (description == null ? status.getCode().toString() : description) + detail;
    }
}
