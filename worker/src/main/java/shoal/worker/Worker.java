package shoal.worker;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.engine.OperatorHash;
import shoal.engine.djl.DjlEngine;
import shoal.proto.v1.Hello;
import shoal.proto.v1.PeerFacts;
import shoal.proto.v1.ProbeHash;
import shoal.recipe.ErrorCode;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.wire.Channels;
import shoal.wire.HostName;
import shoal.wire.HostPort;
import shoal.wire.OwnAddress;
import shoal.wire.Version;
import shoal.wire.tls.PeerTls;
import shoal.worker.artefact.ArtefactCache;
import shoal.worker.artefact.CoordinatorArtefacts;
import shoal.worker.exchange.Crew;
import shoal.worker.exchange.ExchangeSettings;
import shoal.worker.exchange.PeerPort;
import shoal.worker.exchange.nccl.CudaNccl;
import shoal.worker.exchange.nccl.Nccl;
import shoal.worker.run.EngineFactory;
import shoal.worker.run.RunLoader;
import shoal.worker.run.RunOpener;
import shoal.worker.session.Attachment;
import shoal.worker.session.PeerKey;
import shoal.worker.session.SessionTimes;

/**
 * A process that computes runs, one after the other, for one coordinator.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Its id is chosen once and kept in the work directory; its incarnation is new per process.
 *   <li>The state of a run survives a broken stream: it dials again and goes on.
 *   <li>Trouble with a run is reported and ends the run, not the worker. A refusal by the
 *       coordinator, its absence beyond {@link SessionTimes}, a lack of memory or a bug end the
 *       worker; {@link #awaitEnd} says why.
 *   <li>{@link #close} returns within 2 seconds, whatever the worker does.
 * </ul>
 *
 * <p>All methods may be called from any thread.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    /** Files kept for later runs: some dozens of base models and data sets. */
    private static final long CACHE_BYTES = 20L << 30;

    /** For work to reach a safe point; together below the 2 s promised. */
    private static final long CLOSE_RUN_MILLIS = 1_000;

    private static final long CLOSE_CHANNEL_MILLIS = 300;

    private final WorkDirectory directory;
    private final ManagedChannel channel;
    private final PeerPort peers;
    private final Driver driver;
    private final CompletableFuture<Void> end;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Worker(
            WorkDirectory directory,
            ManagedChannel channel,
            PeerPort peers,
            Driver driver,
            CompletableFuture<Void> end) {
        this.directory = directory;
        this.channel = channel;
        this.peers = peers;
        this.driver = driver;
        this.end = end;
    }

    /**
     * Starts a worker, which dials from now on.
     *
     * @throws UserException if the work directory cannot be used
     */
    public static Worker start(WorkerSettings settings) {
        return startProbed(settings, DjlEngine::probe);
    }

    /**
     * As {@link #start(WorkerSettings)}.
     *
     * @param times how long it waits for its coordinator
     */
    public static Worker start(WorkerSettings settings, SessionTimes times) {
        return start(settings, times, new DjlEngines(DjlEngine::probe));
    }

    /**
     * As {@link #start(WorkerSettings)}, for a process that probes its operators meanwhile.
     *
     * @param probe gives what {@link DjlEngine#probe} does
     */
    public static Worker startProbed(WorkerSettings settings, Supplier<List<OperatorHash>> probe) {
        return start(settings, new DjlEngines(probe));
    }

    /** As {@link #start(WorkerSettings)}, with an engine of one's own. */
    public static Worker start(WorkerSettings settings, EngineFactory engines) {
        return start(settings, SessionTimes.standard(), engines);
    }

    private static Worker start(
            WorkerSettings settings, SessionTimes times, EngineFactory engines) {
        return start(
                settings,
                times,
                probed(engines),
                (directory, channel, peers) ->
                        new RunLoader(
                                directory.runs(),
                                new ArtefactCache(
                                        directory.artefacts(),
                                        CACHE_BYTES,
                                        new CoordinatorArtefacts(channel)),
                                channel,
                                new OffloadBelow(settings.folders().offload(), engines),
                                settings.usableLanes(),
                                (run, receiver, stop) -> peers.open(Crew.of(run), receiver, stop)));
    }

    /**
     * Starts a worker that loads runs in a way of its own.
     *
     * @param probe what bits this machine gives
     * @param opener makes the loader from this worker's directory and channel
     * @throws UserException if the device, the work directory or the peer port cannot be used
     */
    static Worker start(
            WorkerSettings settings,
            SessionTimes times,
            List<OperatorHash> probe,
            OpenerFactory opener) {
        Optional<PeerTls> tls = settings.coordinator().trust().map(encrypted -> new PeerTls());
        Optional<PeerKey> peerKey = tls.map(PeerKey::new);
        Optional<Nccl> device =
                settings.device().isPresent()
                        ? Optional.of(CudaNccl.open(settings.device().getAsInt()))
                        : Optional.empty();
        PeerPort peers =
                PeerPort.listen(
                        settings.peerListen(), ExchangeSettings.standard().with(device), tls);
        WorkDirectory directory = openDirectory(settings, peers);
        ManagedChannel channel = Channels.open(settings.coordinator());
        CompletableFuture<Void> end = new CompletableFuture<>();
        Driver driver =
                new Driver(
                        introduction(settings, directory, peers, peerKey, device).toBuilder()
                                .addAllProbe(probe.stream().map(Worker::message).toList())
                                .build(),
                        peerKey,
                        opener.create(directory, channel, peers),
                        end::completeExceptionally);
        driver.start(
                new Attachment(
                        settings.coordinator().address(),
                        channel,
                        times,
                        driver,
                        driver.loop(),
                        System::nanoTime));
        LOG.info(
                "worker started id={} coordinator={} lanes={} peer-port={} device={}",
                directory.workerId(),
                settings.coordinator().address(),
                settings.usableLanes(),
                peers.address(),
                device.map(Nccl::device).orElse("none"));
        return new Worker(directory, channel, peers, driver, end);
    }

    private static WorkDirectory openDirectory(WorkerSettings settings, PeerPort peers) {
        try {
            return WorkDirectory.open(settings.folders().work(), new SecureRandom());
        } catch (UserException | MachineException e) {
            peers.close();
            throw e;
        }
    }

    /** Makes a run loader. */
    interface OpenerFactory {
        RunOpener create(WorkDirectory directory, Channel channel, PeerPort peers);
    }

    /** The id that runs list. */
    public String id() {
        return directory.workerId();
    }

    /**
     * Waits until the worker is closed.
     *
     * @throws WorkerException if it ended on its own, with the reason
     */
    public void awaitEnd() throws InterruptedException {
        try {
            end.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WorkerException why) {
                throw why;
            }
            throw new WorkerException(ErrorCode.INTERNAL, "the worker ended: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        driver.close(CLOSE_RUN_MILLIS);
        peers.close();
        channel.shutdown();
        try {
            if (!channel.awaitTermination(CLOSE_CHANNEL_MILLIS, TimeUnit.MILLISECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException e) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("the work directory could not be given back", e);
        }
        end.complete(null);
    }

    /** Whoever listens everywhere is reached as the coordinator sees it. */
    private static HostPort reached(WorkerSettings settings, PeerPort peers) {
        HostPort listening = peers.address();
        return listening.toSocketAddress().getAddress().isAnyLocalAddress()
                ? new HostPort(
                        OwnAddress.towards(settings.coordinator().address())
                                .orElse(listening.host()),
                        listening.port())
                : listening;
    }

    private static List<OperatorHash> probed(EngineFactory engines) {
        long startNanos = System.nanoTime();
        List<OperatorHash> probe = engines.probe();
        LOG.info(
                "operators probed groups={} waited-ms={}",
                probe.size(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        return probe;
    }

    private static ProbeHash message(OperatorHash hash) {
        return ProbeHash.newBuilder()
                .setOperators(hash.operators())
                .setHash(ByteString.copyFrom(HexFormat.of().parseHex(hash.sha256())))
                .build();
    }

    private static Hello introduction(
            WorkerSettings settings,
            WorkDirectory directory,
            PeerPort peers,
            Optional<PeerKey> peerKey,
            Optional<Nccl> device) {
        return Hello.newBuilder()
                .setWorkerId(directory.workerId())
                .setIncarnation(UUID.randomUUID().toString())
                .setVersion(Version.CURRENT)
                .setHost(HostName.ofThisMachine())
                .setProcessId(ProcessHandle.current().pid())
                .setLanes(settings.usableLanes())
                .setPeer(
                        PeerFacts.newBuilder()
                                .setAddress(
                                        settings.advertise()
                                                .orElseGet(() -> reached(settings, peers))
                                                .toString())
                                .setDevice(device.map(Nccl::device).orElse("")))
                .setPeerPublicKey(peerKey.map(PeerKey::publicKey).orElse(ByteString.EMPTY))
                .build();
    }
}
