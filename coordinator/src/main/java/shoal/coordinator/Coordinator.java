package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.checkpoint.CheckpointPlaces;
import shoal.coordinator.checkpoint.OutputDesk;
import shoal.coordinator.core.Event;
import shoal.coordinator.driver.Driver;
import shoal.coordinator.driver.Requests;
import shoal.coordinator.grpc.CallThreads;
import shoal.coordinator.grpc.GrpcFront;
import shoal.coordinator.grpc.OpenStreams;
import shoal.coordinator.grpc.Sessions;
import shoal.coordinator.grpc.Watchers;
import shoal.coordinator.grpc.Ways;
import shoal.coordinator.http.HealthFront;
import shoal.coordinator.message.Commands;
import shoal.coordinator.message.PeerKeys;
import shoal.coordinator.store.Store;
import shoal.recipe.ErrorCode;
import shoal.recipe.MachineException;
import shoal.recipe.RecipeJson;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.tls.Fingerprint;

/**
 * A running coordinator: the core, its driver and everything around them.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>When {@link #start} returns, calls are served.
 *   <li>Killed at any moment and started again on the same folder, it continues every run where it
 *       was.
 *   <li>{@link #close} leaves no thread, port or lock.
 * </ul>
 *
 * <p>Safe for any thread.
 */
public final class Coordinator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    private final Deque<AutoCloseable> parts;
    private final GrpcFront grpc;
    private final Optional<HostPort> httpAddress;
    private final Tokens tokens;
    private final Encryption encryption;

    private Coordinator(
            Deque<AutoCloseable> parts,
            GrpcFront grpc,
            Optional<HostPort> httpAddress,
            Tokens tokens,
            Encryption encryption) {
        this.parts = parts;
        this.grpc = grpc;
        this.httpAddress = httpAddress;
        this.tokens = tokens;
        this.encryption = encryption;
    }

    /**
     * Starts a coordinator.
     *
     * @throws UserException if an address or the folder cannot be used
     * @throws MachineException if the store is damaged, or the disk refuses a file
     */
    public static Coordinator start(CoordinatorSettings settings) {
        return start(settings, cause -> Runtime.getRuntime().halt(code(cause).exitCode()));
    }

    private static ErrorCode code(Throwable cause) {
        return MachineException.behind(cause).isPresent() ? ErrorCode.MACHINE : ErrorCode.INTERNAL;
    }

    /**
     * Starts a coordinator.
     *
     * @param halt ends the process
     */
    static Coordinator start(CoordinatorSettings settings, Consumer<Throwable> halt) {
        Exposure exposure = Exposure.of(settings);
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return assemble(settings, exposure, halt, parts);
        } catch (RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    /** Where workers and clients dial. */
    public HostPort address() {
        return grpc.address();
    }

    /** Where health is served, if it is. */
    public Optional<HostPort> httpAddress() {
        return httpAddress;
    }

    /** The file with the token of this scope. */
    public Path tokenFile(Scope scope) {
        return tokens.files().file(scope);
    }

    /**
     * Takes the tokens of the files as they are now: a file that was deleted is made anew, and
     * whoever bears a token that is in none is refused, in calls that are open, too.
     */
    public void reloadTokens() {
        tokens.known().reload();
    }

    /** What callers pin to know this coordinator, if its calls are encrypted. */
    public Optional<Fingerprint> fingerprint() {
        return encryption.fingerprint();
    }

    /** The complete command that joins a worker. */
    public String joinLine() {
        return "shoal worker --coordinator "
                + encryption.outward(address())
                + " --token-file "
                + tokenFile(Scope.WORKER)
                + fingerprint().map(pin -> " --ca-fingerprint " + pin).orElse("");
    }

    @Override
    public void close() {
        closeAll(parts);
    }

    private static Coordinator assemble(
            CoordinatorSettings settings,
            Exposure exposure,
            Consumer<Throwable> halt,
            Deque<AutoCloseable> parts) {
        DataFolder folder = DataFolder.open(settings.dataDirectory());
        parts.push(folder);
        Clock clock = Clock.systemUTC();
        LastEnd crash = LastEnd.after(folder.lastEnd(), clock, halt);
        Encryption encryption = Encryption.prepare(settings, exposure, folder.tls(), clock);
        Store store = Store.open(folder.store());
        parts.push(store);
        TokenFiles tokens = new TokenFiles(folder.tokens());
        KnownTokens known = KnownTokens.of(tokens, store);

        Ways ways = new Ways(new CallThreads(), new OpenStreams(known::isValid));
        parts.push(ways.threads());
        AtomicReference<@Nullable Driver> driverLater = new AtomicReference<>();
        Inbox inbox = new Inbox(driverLater);
        ArtefactShelf shelf = shelf(folder, store);
        CheckpointPlaces places = new CheckpointPlaces(folder.runs(), settings.workingDirectory());
        OutputDesk desk = new OutputDesk(places, shelf, inbox::accept, crash);
        Sessions sessions = new Sessions(inbox::accept, encryption.peers(clock), known::isValid);
        Lookout lookout = new Lookout(inbox::accept);
        parts.push(lookout);
        Watchers watchers = new Watchers(store::events, ways.streams());
        Requests requests = new Requests();
        Commands commands = new Commands(new PeerKeys(tokens.read(Scope.ADMIN).secret()));
        Driver driver =
                new Driver(
                        store.load(RecipeJson::read, clock.instant()),
                        store::append,
                        new Performer(sessions, lookout, watchers, requests, desk, commands, clock),
                        clock,
                        crash);
        driverLater.set(driver);
        parts.push(desk);
        parts.push(driver);
        driver.start();

        Pulse pulse = Pulse.start(driver, sessions, ways.streams(), encryption::renew);
        parts.push(pulse);
        GrpcFront grpc =
                GrpcFront.start(
                        new GrpcFront.Listening(settings.listen(), encryption.forCalls()),
                        known::scope,
                        ways,
                        new GrpcFront.Ground(
                                driver, requests, desk, places, shelf, RecipeJson::read),
                        sessions,
                        watchers);
        parts.push(grpc);
        Optional<HealthFront> http =
                settings.http().map(asked -> health(asked, encryption, driver, grpc));
        http.ifPresent(parts::push);
        parts.push(crash::forget);
        LOG.info("coordinator listens address={}", grpc.address());
        return new Coordinator(
                parts, grpc, http.map(HealthFront::address), new Tokens(tokens, known), encryption);
    }

    /** The files of tokens, and what is valid of them. */
    private record Tokens(TokenFiles files, KnownTokens known) {}

    private static HealthFront health(
            HostPort asked, Encryption encryption, Driver driver, GrpcFront grpc) {
        return HealthFront.start(
                asked,
                encryption.forHttp(),
                driver::isRunning,
                () -> driver.isRunning() && grpc.isServing(),
                driver::remarks);
    }

    /** Events of parts that are made before the driver. */
    private record Inbox(AtomicReference<@Nullable Driver> driver) {
        void accept(Event event) {
            requireNonNull(driver.get(), "driver").submit(event);
        }
    }

    private static ArtefactShelf shelf(DataFolder folder, Store store) {
        try {
            return ArtefactShelf.open(folder.artefacts(), store);
        } catch (IOException e) {
            throw MachineException.of(folder.artefacts().toString(), "cannot be used", e);
        }
    }

    /** The last part made is closed first; one that does not close does not keep the others. */
    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.error("a part of the coordinator does not close", e);
            }
        }
    }
}
