package shoal.worker.exchange;

import io.grpc.Metadata;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shoal.recipe.Problem;
import shoal.recipe.UserException;
import shoal.wire.PeerHello;
import shoal.wire.PeerNetwork;

/**
 * The peers that this worker dials: those with lower indices; the others dial it.
 *
 * <p>Used by the network thread, but for {@link #throwIfOutOfReach}.
 */
final class Dials {
    private final Crew crew;
    private final PeerWays ways;
    private final Map<Integer, Dial> dials = new TreeMap<>();

    /**
     * Nobody is dialled yet.
     *
     * @param links by peer
     */
    Dials(
            Crew crew,
            Map<Integer, PeerLink> links,
            PeerWays ways,
            PeerNetwork network,
            ExchangeTimes times) {
        this.crew = crew;
        this.ways = ways;
        for (PeerLink link : links.values()) {
            if (link.peer() < crew.index()) {
                Crew.Member peer = crew.members().get(link.peer());
                dials.put(
                        link.peer(),
                        new Dial(
                                network,
                                () -> network.channelTo(peer.address(), peer::identity),
                                link,
                                new To(link),
                                times));
            }
        }
    }

    void start() {
        dials.values().forEach(Dial::start);
    }

    /** A stream was cut: this side opens it again, if it is the one that dials. */
    void again(int peer, String why) {
        Dial dial = dials.get(peer);
        if (dial != null) {
            dial.again(why);
        }
    }

    void lose(int peer) {
        Dial dial = dials.get(peer);
        if (dial != null) {
            dial.end();
        }
    }

    /**
     * Looks whether some peer cannot be reached, once it is known of all.
     *
     * @throws UserException naming each
     */
    void throwIfOutOfReach() {
        if (!dials.values().stream().allMatch(Dial::isSettled)) {
            return;
        }
        Map<Integer, Problem> problems = new TreeMap<>();
        for (Dial dial : dials.values()) {
            dial.failure().ifPresent(why -> problems.put(dial.peer(), problem(dial.peer(), why)));
        }
        if (!problems.isEmpty()) {
            throw new UserException(List.copyOf(problems.values()));
        }
    }

    private Problem problem(int peer, String why) {
        return new Problem(
                crew.self().toString(),
                "cannot reach " + crew.members().get(peer) + ": " + why + ".");
    }

    /** What one peer is told, and what becomes of its answer. */
    private final class To implements Dial.Caller {
        private final PeerLink link;

        To(PeerLink link) {
            this.link = link;
        }

        @Override
        public PeerHello hello(TrackLink track, long attempt) {
            return new PeerHello(
                    crew.secret(),
                    crew.run(),
                    crew.generation(),
                    crew.index(),
                    link.peer(),
                    track.track() == Kind.Track.NODES ? 0 : 1,
                    attempt,
                    track.received(),
                    ways.memory());
        }

        @Override
        public void answered(TrackLink track, Metadata headers) {
            ways.answered(link, track, headers);
        }
    }
}
