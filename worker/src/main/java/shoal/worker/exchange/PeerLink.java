package shoal.worker.exchange;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.TensorFrame;

/**
 * All that connects this worker with one other: a stream per track, signs of life, and the end.
 *
 * <p>Used by the network thread, but for {@link #outbox}, {@link #lost} and {@link #barriers}.
 */
final class PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    private final int peer;
    private final Listener listener;
    private final LongSupplier nanoTime;
    private final Map<Kind.Track, TrackLink> tracks = new EnumMap<>(Kind.Track.class);
    private long heardNanos;
    private Optional<String> lost = Optional.empty(); // guarded by this

    /** Is told of what concerns more than one stream. */
    interface Listener {
        /** A stream has opened, or a barrier was reached. */
        void changed();

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
        this.heardNanos = nanoTime.getAsLong();
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

    /** A frame has come; whatever is wrong with it ends the link. */
    void arrived(TrackLink track, TensorFrame frame) {
        heard();
        guarded(() -> track.arrived(frame));
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

    /** A sign of life. */
    void heard() {
        heardNanos = nanoTime.getAsLong();
    }

    long silentNanos() {
        return nanoTime.getAsLong() - heardNanos;
    }

    void sendHeartbeat() {
        track(Kind.Track.RESULTS).sendHeartbeat();
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
