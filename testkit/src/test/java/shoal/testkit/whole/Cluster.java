package shoal.testkit.whole;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.recipe.Recipe;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Token;
import shoal.worker.Worker;
import shoal.worker.WorkerSettings;

/** A coordinator and a worker on free loopback ports, with a client that may do everything. */
final class Cluster implements AutoCloseable {
    private final Coordinator coordinator;
    private final Worker worker;
    private final ManagedChannel channel;
    private final Client client;

    private Cluster(Coordinator coordinator, Worker worker, ManagedChannel channel, Path runs) {
        this.coordinator = coordinator;
        this.worker = worker;
        this.channel = channel;
        this.client = new Client(channel, runs);
    }

    /** Starts both below a folder. */
    static Cluster start(Path folder, int lanes) throws IOException {
        Path data = folder.resolve("coordinator");
        Coordinator coordinator =
                Coordinator.start(
                        new CoordinatorSettings(
                                data, new HostPort("127.0.0.1", 0), Optional.empty()));
        Worker worker =
                Worker.start(
                        new WorkerSettings(
                                coordinator.address(),
                                token(coordinator, Scope.WORKER),
                                folder.resolve("worker"),
                                lanes));
        ManagedChannel channel =
                Channels.open(coordinator.address(), token(coordinator, Scope.ADMIN));
        return new Cluster(coordinator, worker, channel, data.resolve("runs"));
    }

    /** Submits a run and follows it to its end. */
    RunOutcome run(String name, Recipe recipe, RunFiles files)
            throws IOException, InterruptedException {
        return client.run(name, recipe, files);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        worker.close();
        coordinator.close();
    }

    private static Token token(Coordinator coordinator, Scope scope) throws IOException {
        return new Token(Files.readString(coordinator.tokenFile(scope)).strip());
    }
}
