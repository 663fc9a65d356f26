package shoal.wire.tls;

import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells a connection that TLS ended from one that was not there: dialling again does not help. */
public final class TlsTrouble {
    /** Causes have causes; no chain of them is as long. */
    private static final int DEPTH = 20;

    private TlsTrouble() {}

    /**
     * What is wrong with the other end, as the rest of a sentence about it; empty if TLS is not to
     * blame.
     *
     * @param cause of a call's end
     */
    public static Optional<String> words(@Nullable Throwable cause) {
        int depth = 0;
        for (Throwable each = cause; each != null && depth < DEPTH; each = each.getCause()) {
            if (each instanceof UntrustedException) {
                return Optional.of(String.valueOf(each.getMessage()));
            }
            if (each instanceof NotSslRecordException) {
                return Optional.of("what answers there does not use TLS");
            }
            if (each instanceof SSLException && isAlert(each)) {
                return Optional.of("it ended the TLS handshake: " + each.getMessage());
            }
            depth++;
        }
        return Optional.empty();
    }

    /**
     * What to add where a connection came about and was closed at once, as one without TLS is by a
     * listener that encrypts; empty for any other end. gRPC tells this case by words only.
     */
    public static String hint(Status end) {
        return String.valueOf(end.getDescription()).startsWith("Network closed")
                ? "; a coordinator that encrypts is dialled with --ca-fingerprint"
                : "";
    }

    /** Everything else may be a connection that broke. The JDK tells alerts by words only. */
    private static boolean isAlert(Throwable trouble) {
        return String.valueOf(trouble.getMessage()).contains("Received fatal alert");
    }
}
