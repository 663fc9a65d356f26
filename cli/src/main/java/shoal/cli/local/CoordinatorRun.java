package shoal.cli.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import shoal.cli.outcome.Hangups;
import shoal.cli.render.Console;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.coordinator.tls.TlsSettings;
import shoal.wire.HostPort;

/** {@code shoal coordinator}: runs one in this process until it is interrupted. */
public final class CoordinatorRun {
    private CoordinatorRun() {}

    /**
     * What was typed about encryption.
     *
     * @param mode auto, on or off
     * @param names this machine is dialled by
     * @param certificate of the user's; there if its key is
     * @param key of the certificate
     */
    public record Encryption(
            String mode, List<String> names, Optional<Path> certificate, Optional<Path> key) {
        TlsSettings settings() {
            return new TlsSettings(
                    TlsSettings.Mode.valueOf(mode.toUpperCase(Locale.ROOT)),
                    names,
                    certificate.flatMap(own -> key.map(its -> new TlsSettings.Own(own, its))));
        }
    }

    /**
     * Returns only by an exception: {@link InterruptedException} once the process is to end.
     *
     * @param data where it keeps everything
     * @param listen for clients and workers
     * @param http for people and probes
     */
    public static void untilInterrupted(
            Path data,
            HostPort listen,
            Optional<HostPort> http,
            Encryption encryption,
            Console console)
            throws InterruptedException {
        CoordinatorSettings settings =
                new CoordinatorSettings(
                        data, listen, http, encryption.settings(), Optional.empty());
        try (Coordinator coordinator = Coordinator.start(settings)) {
            Hangups.onEach(coordinator::reloadTokens);
            console.out().println("coordinator at " + coordinator.address() + ", data in " + data);
            coordinator.httpAddress().ifPresent(at -> console.out().println("http at " + at));
            console.out().println("a worker joins with:");
            console.out().println("  " + coordinator.joinLine());
            new CountDownLatch(1).await();
        }
    }
}
