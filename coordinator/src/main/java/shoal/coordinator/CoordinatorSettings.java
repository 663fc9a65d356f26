package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import shoal.coordinator.tls.TlsSettings;
import shoal.wire.HostPort;

/**
 * What a coordinator is told at its start.
 *
 * @param dataDirectory everything it keeps; made if it is not there
 * @param listen where workers and clients dial; port 0 lets the system choose
 * @param http where {@code /healthz} and {@code /readyz} are served, if at all
 * @param tls whether and how connections are encrypted
 * @param workingDirectory of the one command that it serves, whose runs keep their checkpoints in
 *     their output folders; empty: it is a service, and they lie in its data directory
 */
public record CoordinatorSettings(
        Path dataDirectory,
        HostPort listen,
        Optional<HostPort> http,
        TlsSettings tls,
        Optional<Path> workingDirectory) {
    public CoordinatorSettings {
        requireNonNull(dataDirectory, "dataDirectory");
        requireNonNull(listen, "listen");
        requireNonNull(http, "http");
        requireNonNull(tls, "tls");
        requireNonNull(workingDirectory, "workingDirectory");
    }

    /** Of a service that encrypts where other hosts reach it. */
    public CoordinatorSettings(Path dataDirectory, HostPort listen, Optional<HostPort> http) {
        this(dataDirectory, listen, http, TlsSettings.standard(), Optional.empty());
    }
}
