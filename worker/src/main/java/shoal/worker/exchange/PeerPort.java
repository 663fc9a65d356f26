package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.PeerHello;
import shoal.wire.PeerNetwork;
import shoal.wire.TensorFrame;
import shoal.wire.tls.PeerTls;
import shoal.wire.tls.WorkerIdentity;
import shoal.worker.stop.StopSignal;

/**
 * Where other workers reach this process, for as long as it lives; opens the exchanges of its runs.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A stream is admitted only with the secret, run and generation of an exchange that is open
 *       here, and from one of its members; in place of the one before, which ends.
 *   <li>Nothing is read of a stream before that.
 * </ul>
 *
 * <p>May be used from any thread.
 */
public final class PeerPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerPort.class);
    private static final Metadata.Key<String> ANSWER =
            Metadata.Key.of("shoal-answer", Metadata.ASCII_STRING_MARSHALLER);
    private static final String NOT_OPEN_YET = "not-open-yet";
    private static final String OVER = "over";
    private static final long CLOSE_MILLIS = 150;

    private final PeerNetwork network;
    private final ExchangeSettings settings;
    private final LongSupplier nanoTime;
    private final Map<String, StreamExchange> open = new ConcurrentHashMap<>();
    private final Server server;
    private final HostPort address;

    private PeerPort(
            HostPort listen,
            ExchangeSettings settings,
            Optional<PeerTls> tls,
            LongSupplier nanoTime)
            throws IOException {
        this.network = new PeerNetwork("shoal-peers", tls);
        this.settings = settings;
        this.nanoTime = nanoTime;
        try {
            this.server =
                    network.serverAt(listen)
                            .addService(
                                    ServerServiceDefinition.builder("shoal.v1.Peers")
                                            .addMethod(PeerNetwork.EXCHANGE, this::admit)
                                            .build())
                            .build()
                            .start();
        } catch (IOException e) {
            network.close();
            throw e;
        }
        this.address = new HostPort(listen.host(), server.getPort());
    }

    /**
     * Listens for peers, and removes shared memory that dead workers left on this host.
     *
     * @param listen on loopback, where nothing is encrypted; port 0: any free one
     * @param tls to encrypt with and to know peers by
     * @throws UserException if that is no address to listen on
     */
    public static PeerPort listen(
            HostPort listen, ExchangeSettings settings, Optional<PeerTls> tls) {
        requireNonNull(settings, "settings");
        if (tls.isEmpty() && !listen.isLoopback()) {
            throw new UserException(
                    "--peer-listen",
                    "is "
                            + listen
                            + ", and without encryption everybody on the way could read what"
                            + " workers exchange. Start the coordinator with --tls on and pass"
                            + " --ca-fingerprint with what it prints; or listen on 127.0.0.1 and"
                            + " tunnel that port (ssh -L).");
        }
        settings.memory()
                .ifPresent(
                        root ->
                                MemoryFolder.removeLeftovers(
                                        root, InstantSource.system().instant()));
        try {
            return new PeerPort(listen, settings, tls, System::nanoTime);
        } catch (IOException e) {
            throw new UserException(
                    "--peer-listen",
                    "is "
                            + listen
                            + ", where this process cannot listen: "
                            + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + ". Give another address, or leave it out for any free port.");
        }
    }

    /** The same without encryption, for workers of one host. */
    public static PeerPort listen(HostPort listen, ExchangeSettings settings) {
        return listen(listen, settings, Optional.empty());
    }

    /** Where it listens, with the port that was chosen. */
    public HostPort address() {
        return address;
    }

    /**
     * Opens the exchange of a generation: returns once all of its workers are connected. An older
     * one of the same run is closed first.
     *
     * @throws UserException naming each pair of workers that cannot reach each other
     * @throws PeerLostException if a worker is lost meanwhile
     * @throws shoal.worker.stop.StoppedException when stopped
     */
    public Exchange open(Crew crew, Receiver receiver, StopSignal stop) {
        StreamExchange older = open.get(crew.run());
        if (older != null) {
            older.close();
        }
        StreamExchange exchange =
                new StreamExchange(
                        crew,
                        receiver,
                        new StreamExchange.Surroundings(
                                network,
                                settings,
                                nanoTime,
                                closed -> open.remove(crew.run(), closed)));
        open.put(crew.run(), exchange);
        try {
            exchange.connect();
            exchange.awaitPeers(stop);
            return exchange;
        } catch (RuntimeException e) {
            exchange.close();
            throw e;
        }
    }

    /** Closes its exchanges, then stops listening; within a second. */
    @Override
    public void close() {
        open.values().forEach(StreamExchange::close);
        server.shutdownNow();
        try {
            if (!server.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("the port for other workers is still being closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        network.close();
    }

    /** Whether a stream's end is the peer's own word, not that of a connection that broke. */
    static boolean isAnswer(Metadata trailers) {
        return trailers.containsKey(ANSWER);
    }

    /** Says that a stream's end is meant, and no other is to follow. */
    static Metadata finalAnswer() {
        return answer(OVER);
    }

    /** Whether a refusal only says that the peer is not as far yet. */
    static boolean isNotOpenYet(Metadata trailers) {
        return NOT_OPEN_YET.equals(trailers.get(ANSWER));
    }

    private ServerCall.Listener<TensorFrame> admit(
            ServerCall<TensorFrame, TensorFrame> call, Metadata headers) {
        Optional<PeerHello> hello = PeerHello.read(headers);
        if (hello.isEmpty()) {
            return refuse(call, Status.UNAUTHENTICATED, "this port is for workers of a run");
        }
        PeerHello said = hello.get();
        StreamExchange exchange = open.get(said.run());
        if (exchange == null || exchange.crew().generation() < said.generation()) {
            return refuse(call, Status.UNAVAILABLE, NOT_OPEN_YET);
        }
        Crew crew = exchange.crew();
        if (crew.generation() > said.generation()) {
            return refuse(
                    call,
                    Status.FAILED_PRECONDITION,
                    "generation " + said.generation() + " is over; now " + crew.generation());
        }
        if (!said.knows(crew.secret())) {
            return refuse(call, Status.UNAUTHENTICATED, "a wrong secret");
        }
        if (said.to() != crew.index()
                || said.from() <= crew.index()
                || said.from() >= crew.members().size()) {
            return refuse(
                    call,
                    Status.INVALID_ARGUMENT,
                    "worker " + said.from() + " dials " + said.to() + ", this is " + crew.index());
        }
        Optional<String> stranger = stranger(call, crew.members().get(said.from()));
        if (stranger.isPresent()) {
            LOG.warn("a worker that dialled this one is refused: {}", stranger.get());
            return refuse(call, Status.PERMISSION_DENIED, stranger.get());
        }
        return exchange.accept(said, call);
    }

    private static Metadata answer(String what) {
        Metadata trailers = new Metadata();
        trailers.put(ANSWER, what);
        return trailers;
    }

    static ServerCall.Listener<TensorFrame> refuse(
            ServerCall<TensorFrame, TensorFrame> call, Status status, String why) {
        call.close(status.withDescription(why), answer(why.equals(NOT_OPEN_YET) ? why : OVER));
        return new ServerCall.Listener<>() {};
    }

    /** Why the caller's certificate is not the member's; empty if it is, or there is no TLS. */
    private static Optional<String> stranger(
            ServerCall<TensorFrame, TensorFrame> call, Crew.Member member) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty(); // The port does not encrypt; one that does has a session.
        }
        Optional<WorkerIdentity> shown = PeerTls.caller(session);
        return shown.equals(Optional.of(member.identity()))
                ? Optional.empty()
                : Optional.of(
                        "its certificate is of "
                                + shown.map(WorkerIdentity::toString).orElse("nobody")
                                + ", the run's member is "
                                + member.identity());
    }
}
