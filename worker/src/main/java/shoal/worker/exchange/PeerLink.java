package shoal.worker.exchange;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.TensorFrame;

/**
 * All that connects this worker with one other: a stream per track, signs of life, and the end.
 *
 * <p>A stream that is cut is replaced by the worker that dials; only a peer that stays away longer
 * than the redial time is lost.
 *
 * <p>Used by the network thread, but for {@link #outbox}, {@link #lost} and {@link #barriers}.
 */
final class PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    private final int peer;
    private final Listener listener;
    private final LongSupplier nanoTime;
    private final Map<Kind.Track, TrackLink> tracks = new EnumMap<>(Kind.Track.class);
    private Optional<Away> away = Optional.empty();
    private Optional<String> lost = Optional.empty(); // guarded by this

    /** Since when a stream is missing that was there before, and why. */
    private record Away(long sinceNanos, String reason) {}

    /** Is told of what concerns more than one stream. */
    interface Listener {
        /** A stream has opened, or a barrier was reached. */
        void changed();

        /** A stream was cut; the peer dials again, or is to be dialled. */
        void cut(PeerLink link, String reason);

        /** All streams are there again. */
        void back(PeerLink link, long awayMillis);

        /** The peer is lost; told once. */
        void lost(int peer, String reason);
    }

    /** Makes the stream of a track. */
    interface Tracks {
        TrackLink track(PeerLink link, Kind.Track track);
    }

    PeerLink(int peer, Listener listener, LongSupplier nanoTime, Tracks make) {
        this.peer = peer;
        this.listener = listener;
        this.nanoTime = nanoTime;
        for (Kind.Track track : Kind.Track.values()) {
            tracks.put(track, make.track(this, track));
        }
    }

    int peer() {
        return peer;
    }

    TrackLink track(Kind.Track track) {
        TrackLink of = tracks.get(track);
        if (of == null) {
            throw new IllegalStateException("no stream for " + track);
        }
        return of;
    }

    Outbox outbox(Kind.Track track) {
        return track(track).outbox();
    }

    boolean isOpen() {
        return tracks.values().stream().allMatch(TrackLink::isOpen);
    }

    /** Where this side's values are, per track: places of {@link shoal.wire.FrameHeader}. */
    IntStream places() {
        return tracks.values().stream().mapToInt(TrackLink::place);
    }

    synchronized Optional<String> lost() {
        return lost;
    }

    /** Barriers that the peer has reached, and all that it sent before them was taken. */
    int barriers() {
        return tracks.values().stream().mapToInt(TrackLink::barriers).min().orElse(0);
    }

    void changed() {
        listener.changed();
    }

    /**
     * A stream is there.
     *
     * @param received what the other side has received on its track so far
     */
    void connect(TrackLink track, Pipe pipe, long received) {
        guarded(() -> track.connect(pipe, received, nanoTime.getAsLong()));
        if (away.isPresent() && tracks.values().stream().allMatch(TrackLink::isConnected)) {
            long awayNanos = nanoTime.getAsLong() - away.get().sinceNanos();
            away = Optional.empty();
            listener.back(this, TimeUnit.NANOSECONDS.toMillis(awayNanos));
        }
    }

    /** A frame has come; whatever is wrong with it, but for its way, ends the link. */
    void arrived(TrackLink track, Pipe from, TensorFrame frame) {
        track.heard(nanoTime.getAsLong());
        guarded(() -> track.arrived(from, frame));
    }

    /** A stream has ended that was not to end. */
    void ended(TrackLink track, Pipe pipe, String why) {
        if (track.isOn(pipe)) {
            cut(track, why);
        }
    }

    /** Ends a stream that is of no use; another one is to take its place. */
    void cut(TrackLink track, String why) {
        if (lost().isPresent()) {
            return;
        }
        track.cut(why);
        if (away.isEmpty()) {
            away = Optional.of(new Away(nanoTime.getAsLong(), why));
        }
        listener.cut(this, why);
    }

    void offerAgain() {
        for (TrackLink track : tracks.values()) {
            guarded(track::offerAgain);
        }
    }

    /** Values of a track that were announced can be read now. */
    void valuesCame(TrackLink track) {
        guarded(track::valuesCame);
    }

    /**
     * Gives a sign of life, cuts streams that gave none for too long, and loses a peer that is away
     * for too long.
     *
     * @param excused whether this worker itself was frozen: what was sent meanwhile is not read yet
     */
    void beat(ExchangeTimes times, boolean excused) {
        long now = nanoTime.getAsLong();
        for (TrackLink track : tracks.values()) {
            if (excused || !isOpen()) {
                track.heard(now);
            }
            track.sendHeartbeat();
            if (TimeUnit.NANOSECONDS.toMillis(track.silentNanos(now)) > times.silenceMillis()) {
                cut(track, "no sign of life for " + times.silenceMillis() + " ms");
            }
        }
        if (excused) {
            away = away.map(since -> new Away(now, since.reason()));
        }
        away.filter(
                        since ->
                                TimeUnit.NANOSECONDS.toMillis(now - since.sinceNanos())
                                        > times.redialMillis())
                .ifPresent(
                        since ->
                                lose(
                                        since.reason()
                                                + "; no other connection within "
                                                + times.redialMillis()
                                                + " ms"));
    }

    /** Ends the link for good. */
    void lose(String reason) {
        synchronized (this) {
            if (lost.isPresent()) {
                return;
            }
            lost = Optional.of(reason);
        }
        tracks.values().forEach(track -> track.lose(reason));
        listener.lost(peer, reason);
    }

    /** Work on what has arrived. */
    private interface Work {
        void run() throws IOException;
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (IllegalArgumentException broken) {
            lose("it broke the protocol: " + broken.getMessage());
        } catch (IOException | RuntimeException e) {
            LOG.error("what worker {} sent cannot be used", peer, e);
            lose("what it sent cannot be used: " + e);
        }
    }
}
