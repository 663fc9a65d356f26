package shoal.worker.exchange;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.recipe.Limits;
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
    private final Dials dials;
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
                        around.settings().streamWindow(crew.members().size()));
        this.ways = PeerWays.open(crew, around.settings(), network);
        for (int peer = 0; peer < crew.members().size(); peer++) {
            if (peer != crew.index()) {
                links.put(peer, new PeerLink(peer, new Events(), nanoTime, this::track));
            }
        }
        this.dials = new Dials(crew, links, ways, network, times);
    }

    /** Dials the peers with lower indices; the others dial this one. */
    void connect() {
        network.execute(
                () -> {
                    dials.start();
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
        Optional<String> lost = link.lost();
        if (lost.isPresent()) {
            return PeerPort.refuse(call, Status.FAILED_PRECONDITION, lost.get());
        }
        if (!track.admits(hello.attempt())) {
            call.close(Status.ABORTED.withDescription("a later attempt came"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        call.setOnReadyThreshold(PeerNetwork.READY_BYTES);
        Metadata answer = ways.answer(hello.from(), of);
        PeerHello.writeReceived(answer, track.received());
        call.sendHeaders(answer);
        Pipe pipe = Pipe.of(call);
        link.connect(track, pipe, hello.received());
        if (link.lost().isEmpty() && track.meets()) {
            ways.called(link, track, hello.memory());
        }
        return new Accepted(link, track, pipe);
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

    private boolean allOpen() {
        throwIfLost();
        dials.throwIfOutOfReach();
        return links.values().stream().allMatch(PeerLink::isOpen);
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

    /** Gives a sign of life to every peer, and looks at theirs. */
    private void beat() {
        if (closed) {
            return;
        }
        long now = nanoTime.getAsLong();
        boolean wasFrozen =
                now - beatNanos > TimeUnit.MILLISECONDS.toNanos(times.silenceMillis()) / 2;
        beatNanos = now;
        links.values().forEach(link -> link.beat(times, wasFrozen));
        network.executeAfter(times.heartbeatMillis(), this::beat);
    }

    private void end() {
        links.values().forEach(link -> link.lose("the exchange was closed"));
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
        public void cut(PeerLink link, String reason) {
            LOG.warn(
                    "connection cut run={} generation={} peer={} reason={}",
                    crew.run(),
                    crew.generation(),
                    crew.members().get(link.peer()),
                    reason);
            dials.again(link.peer(), reason);
        }

        @Override
        public void back(PeerLink link, long awayMillis) {
            LOG.info(
                    "connection is back run={} generation={} peer={} away-ms={}",
                    crew.run(),
                    crew.generation(),
                    crew.members().get(link.peer()),
                    awayMillis);
        }

        @Override
        public void lost(int peer, String reason) {
            ways.lose(peer);
            dials.lose(peer);
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
}
