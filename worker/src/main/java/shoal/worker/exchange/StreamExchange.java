package shoal.worker.exchange;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.recipe.Limits;
import shoal.recipe.Problem;
import shoal.recipe.UserException;
import shoal.wire.FrameHeader;
import shoal.wire.PeerHello;
import shoal.wire.PeerNetwork;
import shoal.wire.TensorFrame;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.Uninterrupted;

/**
 * An exchange over gRPC streams, two per pair of workers; values of peers on the same host go
 * through shared memory, those of workers with devices through NCCL.
 *
 * <p>The worker with the higher index dials. All that arrives is handled by the network thread.
 */
final class StreamExchange implements Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(StreamExchange.class);
    private static final long CLOSE_MILLIS = 300;

    /** The network thread never waits, but may be off the processor. */
    private static final long END_SECONDS = 30;

    private final Crew crew;
    private final PeerNetwork network;
    private final ExchangeTimes times;
    private final LongSupplier nanoTime;
    private final Shared shared;
    private final PeerWays ways;
    private final Consumer<StreamExchange> onClose;
    private final Map<Integer, PeerLink> links = new TreeMap<>();
    private final List<Dial> dials = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ByteBuffer staging = ByteBuffer.allocateDirect(Limits.CHUNK_BYTES);
    private final Object monitor = new Object();
    private int barriers; // guarded by monitor
    private volatile boolean closed;
    private long beatNanos; // of the network thread

    /** What an exchange needs of its process. */
    record Surroundings(
            PeerNetwork network,
            ExchangeSettings settings,
            LongSupplier nanoTime,
            Consumer<StreamExchange> onClose) {}

    StreamExchange(Crew crew, Receiver receiver, Surroundings around) {
        this.crew = crew;
        this.network = around.network();
        this.times = around.settings().times();
        this.nanoTime = around.nanoTime();
        this.onClose = around.onClose();
        this.shared =
                new Shared(
                        receiver,
                        new Frames(crew.run(), crew.generation()),
                        new Tally(),
                        around.settings().windowPieces());
        this.ways = PeerWays.open(crew, around.settings(), network);
        for (int peer = 0; peer < crew.members().size(); peer++) {
            if (peer != crew.index()) {
                links.put(peer, new PeerLink(peer, new Events(), nanoTime, this::track));
            }
        }
    }

    /** Dials the peers with lower indices; the others dial this one. */
    void connect() {
        for (PeerLink link : links.values()) {
            if (link.peer() < crew.index()) {
                Crew.Member peer = crew.members().get(link.peer());
                ManagedChannel channel = network.channelTo(peer.address(), peer::identity);
                channels.add(channel);
                for (Kind.Track track : Kind.Track.values()) {
                    dials.add(dial(channel, link, track));
                }
            }
        }
        network.execute(
                () -> {
                    dials.forEach(Dial::start);
                    beatNanos = nanoTime.getAsLong();
                    beat();
                });
    }

    /**
     * Waits until values can be sent to every peer and arrive from every peer.
     *
     * @throws UserException naming every peer that cannot be reached
     * @throws PeerLostException if one is lost meanwhile
     */
    void awaitPeers(StopSignal stop) {
        stop.await(monitor, this::allOpen);
        ways.hide();
        LOG.info(
                "exchange open run={} generation={} index={} workers={}: {}",
                crew.run(),
                crew.generation(),
                crew.index(),
                workers(),
                path());
    }

    @Override
    public int index() {
        return crew.index();
    }

    @Override
    public int workers() {
        return crew.members().size();
    }

    @Override
    public void send(int to, RangeHeader range, ByteBuffer values, StopSignal stop) {
        SendChecks.check(this, to, range, values);
        link(to).outbox(range.kind().track()).send(range, values, stop);
    }

    @Override
    public void barrier(StopSignal stop) {
        int number;
        synchronized (monitor) {
            number = ++barriers;
        }
        for (PeerLink link : links.values()) {
            for (Kind.Track track : Kind.Track.values()) {
                link.outbox(track).sendBarrier(stop);
            }
        }
        stop.await(monitor, () -> allReached(number));
    }

    @Override
    public void offerAgain() {
        network.execute(() -> links.values().forEach(PeerLink::offerAgain));
    }

    @Override
    public String path() {
        return ways.words(links.values());
    }

    @Override
    public ExchangeCounts counts() {
        return shared.tally().counts(peersThroughMemory());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        onClose.accept(this);
        if (network.isCurrentThread()) {
            end();
            return;
        }
        CountDownLatch ended = new CountDownLatch(1);
        network.execute(
                () -> {
                    try {
                        end();
                    } finally {
                        ended.countDown();
                    }
                });
        // What is received is put into memory that its owner frees next.
        if (!Uninterrupted.await(END_SECONDS, nanos -> ended.await(nanos, TimeUnit.NANOSECONDS))) {
            throw new IllegalStateException("the exchange of run " + crew.run() + " is still open");
        }
        try {
            ways.awaitEnd(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Crew crew() {
        return crew;
    }

    /** Takes a stream that a peer has opened. On the network thread. */
    ServerCall.Listener<TensorFrame> accept(
            PeerHello hello, ServerCall<TensorFrame, TensorFrame> call) {
        PeerLink link = link(hello.from());
        Kind.Track of = hello.track() == 0 ? Kind.Track.NODES : Kind.Track.RESULTS;
        TrackLink track = link.track(of);
        if (track.isTaken() || link.lost().isPresent()) {
            call.close(
                    Status.ALREADY_EXISTS.withDescription("this stream was opened before"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        link.heard();
        call.setOnReadyThreshold(PeerNetwork.READY_BYTES);
        call.sendHeaders(ways.answer(hello.from(), of));
        track.connect(Pipe.of(call));
        ways.called(link, track, hello.memory());
        return new Accepted(link, track);
    }

    private int peersThroughMemory() {
        return (int)
                links.values().stream()
                        .filter(link -> link.places().allMatch(at -> at == FrameHeader.IN_MEMORY))
                        .count();
    }

    private PeerLink link(int peer) {
        PeerLink link = links.get(peer);
        if (link == null) {
            throw new IllegalArgumentException("no worker " + peer + " to exchange with");
        }
        return link;
    }

    private TrackLink track(PeerLink link, Kind.Track track) {
        return new TrackLink(link, track, shared, staging, ways.to(link.peer(), track));
    }

    private Dial dial(ManagedChannel channel, PeerLink link, Kind.Track track) {
        PeerHello hello =
                new PeerHello(
                        crew.secret(),
                        crew.run(),
                        crew.generation(),
                        crew.index(),
                        link.peer(),
                        track == Kind.Track.NODES ? 0 : 1,
                        ways.memory());
        return new Dial(
                network,
                channel,
                link,
                hello,
                new Dial.Stream(
                        link.track(track),
                        headers -> ways.answered(link, link.track(track), headers),
                        times));
    }

    private boolean allOpen() {
        throwIfLost();
        if (dials.stream().allMatch(Dial::isSettled)) {
            throwIfOutOfReach();
        }
        return links.values().stream().allMatch(PeerLink::isOpen);
    }

    private void throwIfOutOfReach() {
        Map<Integer, Problem> problems = new TreeMap<>();
        for (Dial dial : dials) {
            dial.failure()
                    .ifPresent(
                            why ->
                                    problems.put(
                                            dial.peer(),
                                            new Problem(
                                                    crew.self().toString(),
                                                    "cannot reach "
                                                            + crew.members().get(dial.peer())
                                                            + ": "
                                                            + why
                                                            + ".")));
        }
        if (!problems.isEmpty()) {
            throw new UserException(List.copyOf(problems.values()));
        }
    }

    private boolean allReached(int number) {
        boolean all = links.values().stream().allMatch(link -> link.barriers() >= number);
        if (!all) {
            throwIfLost();
        }
        return all;
    }

    private void throwIfLost() {
        for (PeerLink link : links.values()) {
            link.lost()
                    .ifPresent(
                            reason -> {
                                throw new PeerLostException(link.peer(), reason);
                            });
        }
    }

    /** Gives a sign of life to every peer, and loses those that gave none for too long. */
    private void beat() {
        if (closed) {
            return;
        }
        long now = nanoTime.getAsLong();
        boolean wasFrozen =
                now - beatNanos > TimeUnit.MILLISECONDS.toNanos(times.silenceMillis()) / 2;
        beatNanos = now;
        for (PeerLink link : links.values()) {
            if (wasFrozen || !link.isOpen()) {
                link.heard(); // what was sent meanwhile has not been read yet
            }
            link.sendHeartbeat();
            if (link.silentNanos() > TimeUnit.MILLISECONDS.toNanos(times.silenceMillis())) {
                link.lose("no sign of life for " + times.silenceMillis() + " ms");
            }
        }
        network.executeAfter(times.heartbeatMillis(), this::beat);
    }

    private void end() {
        links.values().forEach(link -> link.lose("the exchange was closed"));
        channels.forEach(ManagedChannel::shutdownNow);
        try {
            ways.close();
        } catch (IOException e) {
            LOG.warn("shared memory cannot be given back in full", e);
        }
    }

    /** Wakes who waits, and tells the receiver what it must know. */
    private final class Events implements PeerLink.Listener {
        @Override
        public void changed() {
            synchronized (monitor) {
                monitor.notifyAll();
            }
        }

        @Override
        public void lost(int peer, String reason) {
            ways.lose(peer);
            changed();
            if (!closed) {
                LOG.warn(
                        "peer lost run={} generation={} peer={} reason={}",
                        crew.run(),
                        crew.generation(),
                        crew.members().get(peer),
                        reason);
                shared.receiver().trouble(new Trouble.Lost(peer, reason));
            }
        }
    }

    /** What comes on a stream that a peer opened. */
    private static final class Accepted extends ServerCall.Listener<TensorFrame> {
        private final PeerLink link;
        private final TrackLink track;

        Accepted(PeerLink link, TrackLink track) {
            this.link = link;
            this.track = track;
        }

        @Override
        public void onMessage(TensorFrame frame) {
            link.arrived(track, frame);
        }

        @Override
        public void onReady() {
            track.ready();
        }

        @Override
        public void onHalfClose() {
            link.lose("it has closed its exchange");
        }

        @Override
        public void onCancel() {
            link.lose("its connection ended");
        }
    }
}
