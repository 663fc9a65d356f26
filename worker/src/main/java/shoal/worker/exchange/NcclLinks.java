package shoal.worker.exchange;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.NcclOffer;
import shoal.wire.PeerNetwork;
import shoal.worker.exchange.nccl.Nccl;
import shoal.worker.exchange.nccl.NcclException;

/**
 * This worker's links through NCCL, if its generation has a device for each worker. Of the network
 * thread, but for {@link #obstacle} and {@link #awaitEnd}.
 */
final class NcclLinks {
    private static final Logger LOG = LoggerFactory.getLogger(NcclLinks.class);

    private final Crew crew;
    private final int windowPieces;
    private final PeerNetwork network;
    private final @Nullable Nccl nccl; // null: none is used
    private final Map<Place, NcclOffer> offers;
    private final Map<Place, NcclLink> links = new ConcurrentHashMap<>();
    private volatile Optional<String> obstacle;

    /** One stream. */
    private record Place(int peer, Kind.Track track) {}

    private NcclLinks(Crew crew, int windowPieces, PeerNetwork network, Start start) {
        this.crew = crew;
        this.windowPieces = windowPieces;
        this.network = network;
        this.nccl = start.nccl();
        this.offers = start.offers();
        this.obstacle = start.obstacle();
    }

    /** What there is at the start. */
    private record Start(
            @Nullable Nccl nccl, Map<Place, NcclOffer> offers, Optional<String> obstacle) {}

    /** Makes the ids for whoever will dial this worker; may take a while. */
    static NcclLinks open(Crew crew, ExchangeSettings settings, PeerNetwork network) {
        return new NcclLinks(
                crew,
                settings.windowPieces(),
                network,
                start(crew, settings.nccl(), network.encrypts()));
    }

    /** Why values do not go through NCCL, or not to every peer. */
    Optional<String> obstacle() {
        return obstacle;
    }

    /** What to tell a peer that has dialled. */
    Optional<NcclOffer> offer(int peer, Kind.Track track) {
        return Optional.ofNullable(offers.get(new Place(peer, track)));
    }

    /**
     * Joins a peer's communicators if there are any.
     *
     * @param stream that of the pair and track
     * @param peer the link that it is part of
     * @param ids of the two, made by whichever of the two workers was called
     * @param then is given the link, or nothing: later, or at once if nothing need be waited for
     */
    void join(
            TrackLink stream,
            PeerLink peer,
            Optional<NcclOffer> ids,
            Consumer<Optional<ValueReader>> then) {
        Nccl device = nccl;
        if (device == null || ids.isEmpty()) {
            if (device != null) {
                hinder(crew.members().get(peer.peer()) + " offers no communicator");
            }
            then.accept(Optional.empty());
            return;
        }
        NcclLink link =
                new NcclLink(
                        device,
                        plan(peer, stream, ids.get()),
                        new Frames(crew.run(), crew.generation()),
                        new Told(stream, peer, then));
        links.put(new Place(peer.peer(), stream.track()), link);
        link.start();
    }

    /** The way to a peer that receives through NCCL, if this side sends so. */
    Optional<Way> to(int peer, Kind.Track track) {
        return Optional.ofNullable(links.get(new Place(peer, track)));
    }

    /** The peer does not receive through NCCL: nothing more is waited for. */
    void giveUp(int peer, Kind.Track track) {
        NcclLink link = links.get(new Place(peer, track));
        if (link != null) {
            hinder(crew.members().get(peer) + " could not join its communicators");
            link.close();
        }
    }

    /** The peer is lost. */
    void lose(int peer) {
        for (Kind.Track track : Kind.Track.values()) {
            NcclLink link = links.get(new Place(peer, track));
            if (link != null) {
                link.close();
            }
        }
    }

    /** Waits for all links to have given back what is native, once their peers are lost. */
    void awaitEnd(long millis) throws InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (NcclLink link : List.copyOf(links.values())) {
            link.awaitEnd(TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()));
        }
    }

    private static Start start(Crew crew, Optional<Nccl> own, boolean encrypted) {
        Optional<String> obstacle = Devices.obstacle(crew.members(), encrypted);
        if (own.isEmpty() || obstacle.isPresent()) {
            return new Start(null, Map.of(), obstacle);
        }
        Nccl nccl = own.get();
        obstacle = Devices.tooMany(crew.members().size(), nccl.transfersAtOnce());
        if (obstacle.isPresent()) {
            return new Start(null, Map.of(), obstacle);
        }
        try {
            Map<Place, NcclOffer> offers = new ConcurrentHashMap<>();
            for (int peer = crew.index() + 1; peer < crew.members().size(); peer++) {
                for (Kind.Track track : Kind.Track.values()) {
                    offers.put(
                            new Place(peer, track),
                            new NcclOffer(nccl.uniqueId(), nccl.uniqueId()));
                }
            }
            return new Start(nccl, offers, Optional.empty());
        } catch (NcclException e) {
            LOG.warn("NCCL is not used: {}", e.getMessage());
            return new Start(
                    null, Map.of(), Optional.of(crew.self().worker() + ": " + e.getMessage()));
        }
    }

    private NcclLink.Plan plan(PeerLink peer, TrackLink stream, NcclOffer ids) {
        boolean called = crew.index() < peer.peer();
        return new NcclLink.Plan(
                "nccl-" + peer.peer() + "-" + stream.track(),
                peer.peer(),
                called ? ids.toCaller() : ids.toCalled(),
                called ? ids.toCalled() : ids.toCaller(),
                called,
                windowPieces);
    }

    private void hinder(String why) {
        LOG.warn("NCCL is not used everywhere run={}: {}", crew.run(), why);
        if (obstacle.isEmpty()) {
            obstacle = Optional.of(why);
        }
    }

    /** Hands what a link tells to the network thread. */
    private final class Told implements NcclLink.Listener {
        private final Place place;
        private final TrackLink stream;
        private final PeerLink peer;
        private final Consumer<Optional<ValueReader>> then;

        Told(TrackLink stream, PeerLink peer, Consumer<Optional<ValueReader>> then) {
            this.place = new Place(peer.peer(), stream.track());
            this.stream = stream;
            this.peer = peer;
            this.then = then;
        }

        @Override
        public void joined() {
            network.execute(() -> then.accept(Optional.ofNullable(links.get(place))));
        }

        @Override
        public void notJoined(String why) {
            network.execute(
                    () -> {
                        links.remove(place);
                        if (peer.lost().isEmpty()) {
                            hinder("with " + crew.members().get(place.peer()) + ": " + why);
                        }
                        then.accept(Optional.empty());
                    });
        }

        @Override
        public void received() {
            network.execute(() -> peer.valuesCame(stream));
        }

        @Override
        public void failed(String why) {
            network.execute(() -> peer.lose(why));
        }
    }
}
