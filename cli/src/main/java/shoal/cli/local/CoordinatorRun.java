package shoal.cli.local;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import shoal.cli.render.Console;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.wire.HostPort;

/** {@code shoal coordinator}: runs one in this process until it is interrupted. */
public final class CoordinatorRun {
    private CoordinatorRun() {}

    /**
     * Returns only by an exception: {@link InterruptedException} once the process is to end.
     *
     * @param data where it keeps everything
     * @param listen for clients and workers
     * @param http for people and probes
     */
    public static void untilInterrupted(
            Path data, HostPort listen, Optional<HostPort> http, Console console)
            throws InterruptedException {
        try (Coordinator coordinator =
                Coordinator.start(new CoordinatorSettings(data, listen, http))) {
            console.out().println("coordinator at " + coordinator.address() + ", data in " + data);
            coordinator.httpAddress().ifPresent(at -> console.out().println("http at " + at));
            console.out().println("a worker joins with:");
            console.out().println("  " + coordinator.joinLine());
            new CountDownLatch(1).await();
        }
    }
}
