package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.checkpoint.CheckpointPlaces;
import shoal.coordinator.checkpoint.OutputDesk;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Reply;
import shoal.coordinator.core.RequestId;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.coordinator.driver.Driver;
import shoal.coordinator.driver.Requests;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;
import shoal.wire.BoundedMessages;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Servers;
import shoal.wire.tls.Credentials;

/** The gRPC listener with all its services. */
public final class GrpcFront implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    /** A client has one connection for a handful of calls; a caller's own library queues more. */
    private static final int CALLS_OF_A_CONNECTION = 256;

    private final Server server;
    private final HostPort address;

    /**
     * What the services stand on.
     *
     * @param driver where events go
     * @param requests clients' calls that wait
     * @param desk where results are made
     * @param checkpoints where checkpoints are
     * @param shelf files by content
     * @param recipes reads a recipe's JSON
     */
    public record Ground(
            Driver driver,
            Requests requests,
            OutputDesk desk,
            CheckpointPlaces checkpoints,
            ArtefactShelf shelf,
            Function<String, Recipe> recipes) {
        public Ground {
            requireNonNull(driver, "driver");
            requireNonNull(requests, "requests");
            requireNonNull(desk, "desk");
            requireNonNull(checkpoints, "checkpoints");
            requireNonNull(shelf, "shelf");
            requireNonNull(recipes, "recipes");
        }
    }

    /**
     * Where to listen, and how.
     *
     * @param address to listen at
     * @param credentials to encrypt with; empty: nothing is encrypted
     */
    public record Listening(HostPort address, Optional<Credentials> credentials) {
        public Listening {
            requireNonNull(address, "address");
            requireNonNull(credentials, "credentials");
        }
    }

    private GrpcFront(Server server, HostPort address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Starts to serve.
     *
     * @param scopes finds a token's scope by its fingerprint
     * @param ways out for files and events, with the threads of all calls
     * @throws UserException if the port is taken
     */
    public static GrpcFront start(
            Listening listening,
            Function<String, Optional<Scope>> scopes,
            Ways ways,
            Ground ground,
            Sessions sessions,
            Watchers watchers) {
        HostPort asked = listening.address();
        Server server =
                Servers.listenOn(asked, listening.credentials())
                        .executor(Runnable::run) // only until it is known whose call it is
                        .callExecutor(ways.threads().byCall(scopes))
                        .maxConcurrentCallsPerConnection(CALLS_OF_A_CONNECTION)
                        .intercept(new Allowances()) // behind the gate: the last one is first
                        .intercept(Gate.of(scopes))
                        .addService(bounded(sessions))
                        .addService(bounded(new StateFront(ground.desk())))
                        .addService(bounded(artefacts(ground, ways)))
                        .addService(bounded(runs(ground, watchers, ways)))
                        .build();
        try {
            server.start();
            return new GrpcFront(server, new HostPort(asked.host(), server.getPort()));
        } catch (IOException e) {
            throw new UserException(
                    "--listen " + asked, Servers.cannotListen(asked, "--listen", e));
        }
    }

    /** A request that its size does not allow is refused before it is read. */
    private static ServerServiceDefinition bounded(BindableService service) {
        return BoundedMessages.of(service.bindService());
    }

    private static ArtefactFront artefacts(Ground ground, Ways ways) {
        return new ArtefactFront(
                ground.shelf(),
                hash -> ground.checkpoints().find(ground.driver().state(), hash),
                ways);
    }

    private static RunFront runs(Ground ground, Watchers watchers, Ways ways) {
        return new RunFront(
                new Behind(ground),
                new SubmissionReader(ground.shelf(), ground.recipes()),
                watchers,
                ways);
    }

    /** Where it listens. */
    public HostPort address() {
        return address;
    }

    public boolean isServing() {
        return !server.isShutdown();
    }

    /** Ends all calls. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("calls do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The core, seen from the front of runs. */
    private record Behind(Ground ground) implements RunFront.Core {
        @Override
        public State state() {
            return ground.driver().state();
        }

        @Override
        public void ask(Function<RequestId, Event> event, Consumer<Reply> then) {
            ground.requests().ask(ground.driver(), event, then);
        }

        @Override
        public Path output(RunName run) {
            return ground.desk().output(run);
        }

        @Override
        public List<String> remarks() {
            return ground.driver().remarks();
        }

        @Override
        public Path folder() {
            return ground.checkpoints().runs();
        }
    }
}
