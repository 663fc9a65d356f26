package shoal.testkit.whole;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.coordinator.tls.TlsSettings;
import shoal.recipe.Recipe;
import shoal.wire.Access;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Token;
import shoal.wire.tls.CoordinatorTrust;
import shoal.worker.Worker;
import shoal.worker.WorkerSettings;

/** A coordinator and workers on free loopback ports, with a client that may do everything. */
public final class Cluster implements AutoCloseable {
    private final Path data;
    private final List<Worker> workers;
    private Coordinator coordinator;
    private ManagedChannel channel;

    private Cluster(Path data, List<Worker> workers, Coordinator coordinator) throws IOException {
        this.data = data;
        this.workers = workers;
        this.coordinator = coordinator;
        this.channel = dial(coordinator);
    }

    /** Starts a coordinator and one worker below a folder. */
    public static Cluster start(Path folder, int lanes) throws IOException {
        return start(folder, 1, lanes);
    }

    /** Starts a coordinator and workers of so many lanes each below a folder. */
    static Cluster start(Path folder, int workers, int lanes) throws IOException {
        return start(folder, workers, lanes, TlsSettings.standard());
    }

    /** The same, with a say about encryption. */
    static Cluster start(Path folder, int workers, int lanes, TlsSettings tls) throws IOException {
        Path data = folder.resolve("coordinator");
        Coordinator coordinator = coordinator(data, new HostPort("127.0.0.1", 0), tls);
        List<Worker> started = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            started.add(
                    Worker.start(
                            new WorkerSettings(
                                    access(coordinator, Scope.WORKER),
                                    folder.resolve("worker-" + i),
                                    lanes,
                                    folder)));
        }
        return new Cluster(data, started, coordinator);
    }

    /** Submits a run for one worker and follows it to its end. */
    public RunOutcome run(String name, Recipe recipe, RunFiles files)
            throws IOException, InterruptedException {
        return run(name, recipe, files, 1);
    }

    /** Submits a run for so many workers, no fewer, and follows it to its end. */
    RunOutcome run(String name, Recipe recipe, RunFiles files, int workers)
            throws IOException, InterruptedException {
        client().submit(name, recipe, files, workers);
        return client().follow(name);
    }

    /** A client of the coordinator of now. */
    Client client() {
        return new Client(channel, data.resolve("runs"));
    }

    /** Ends the coordinator and starts another one with its folder and address. */
    void restartCoordinator() throws IOException {
        HostPort address = coordinator.address();
        channel.shutdownNow();
        coordinator.close();
        coordinator = coordinator(data, address, TlsSettings.standard());
        channel = dial(coordinator);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        workers.forEach(Worker::close);
        coordinator.close();
    }

    private static Coordinator coordinator(Path data, HostPort listen, TlsSettings tls) {
        return Coordinator.start(
                new CoordinatorSettings(data, listen, Optional.empty(), tls, Optional.empty()));
    }

    private static ManagedChannel dial(Coordinator coordinator) throws IOException {
        return Channels.open(access(coordinator, Scope.ADMIN));
    }

    private static Access access(Coordinator coordinator, Scope scope) throws IOException {
        return new Access(
                coordinator.address(),
                new Token(Files.readString(coordinator.tokenFile(scope)).strip()),
                coordinator.fingerprint().map(CoordinatorTrust::pinned));
    }
}
