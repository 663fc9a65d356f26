package shoal.worker.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;

/**
 * The stream to and from one peer on one track. Its state changes on the network thread; other
 * threads use {@link #outbox} and ask how far it is.
 */
final class TrackLink {
    private static final Logger LOG = LoggerFactory.getLogger(TrackLink.class);

    private final PeerLink link;
    private final Kind.Track track;
    private final Shared shared;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Ways ways;
    private final AtomicInteger barriers = new AtomicInteger();
    private @Nullable Pipe pipe;
    private volatile boolean open;
    private volatile int place = FrameHeader.BEHIND;
    private boolean reads; // it is known how the other side's values are read
    private OptionalInt read = OptionalInt.empty(); // what the other side says that it reads

    /** How this side's values get over, once it is known what the other side can read. */
    interface Ways {
        /** The way to a peer that reads values at this place, and those on the stream anyhow. */
        Way way(int place);

        /** The other side has said what it reads; told once, before the way is asked for. */
        void peerReads(int place);
    }

    TrackLink(PeerLink link, Kind.Track track, Shared shared, ByteBuffer staging, Ways ways) {
        this.link = link;
        this.track = track;
        this.shared = shared;
        this.ways = ways;
        this.outbox = new Outbox(link.peer(), shared);
        this.inbox = new Inbox(link.peer(), track, shared, staging, new Told());
    }

    Kind.Track track() {
        return track;
    }

    Outbox outbox() {
        return outbox;
    }

    /** Whether values can be sent. */
    boolean isOpen() {
        return open;
    }

    /** Where this side's values are once it is open: a place of {@link FrameHeader}. */
    int place() {
        return place;
    }

    /** Barriers of the peer whose marks have been reached. */
    int barriers() {
        return barriers.get();
    }

    /** Whether a stream is there, be it open or not yet. */
    boolean isTaken() {
        return pipe != null;
    }

    /** The stream is there. */
    void connect(Pipe connected) {
        pipe = connected;
        connected.request(2);
    }

    /** The other side's values are read this way, or on the stream; tells it so. */
    void readFrom(Optional<ValueReader> reader) {
        inbox.readFrom(reader);
        reads = true;
        post(Frames.OPENED, reader.map(ValueReader::place).orElse(FrameHeader.BEHIND));
        openIfAgreed();
    }

    /** Values that were announced can be read now. */
    void valuesCame() throws IOException {
        inbox.valuesCame();
    }

    void ready() {
        outbox.ready();
    }

    void sendHeartbeat() {
        post(Frames.HEARTBEAT, 0);
    }

    void offerAgain() throws IOException {
        inbox.offer();
    }

    void arrived(TensorFrame frame) throws IOException {
        if (!shared.frames().current(frame.header())) {
            shared.tally().stale.increment();
            shared.receiver().trouble(new Trouble.Stale(link.peer(), frame.header().generation()));
            frame.close();
        } else if (isControl(frame.header().kind())) {
            if (!frame.sound(ByteBuffer.allocate(0))) {
                throw new IllegalArgumentException("a frame without values has a wrong checksum");
            }
            obey(frame.header().kind(), frame.header().sequence());
            frame.close();
        } else {
            inbox.add(frame);
        }
        Pipe connected = pipe;
        if (connected != null) {
            connected.request(1);
        }
    }

    void lose(String reason) {
        outbox.lose(reason);
        if (pipe != null) {
            pipe.end(reason);
        }
        try {
            inbox.drop();
        } catch (IOException e) {
            LOG.warn("what a lost peer sent cannot be freed in full", e);
        }
    }

    private static boolean isControl(int kind) {
        return kind == Frames.OPENED || kind == Frames.HEARTBEAT || kind == Frames.TAKEN;
    }

    private void obey(int kind, long sequence) {
        switch (kind) {
            case Frames.OPENED -> opened(sequence);
            case Frames.TAKEN -> outbox.taken(sequence);
            default -> {} // a heartbeat says nothing more
        }
    }

    private void opened(long readsAt) {
        if (read.isPresent() || readsAt < 0 || readsAt > FrameHeader.THROUGH_NCCL) {
            throw new IllegalArgumentException("it opened a stream twice, or for " + readsAt);
        }
        read = OptionalInt.of((int) readsAt);
        ways.peerReads((int) readsAt);
        openIfAgreed();
    }

    private void openIfAgreed() {
        Pipe connected = pipe;
        if (connected == null || !reads || read.isEmpty()) {
            return;
        }
        Way way = ways.way(read.getAsInt());
        place = way.place();
        outbox.open(connected, way);
        open = true;
        link.changed();
    }

    private void post(int kind, long sequence) {
        if (pipe != null) {
            pipe.post(shared.frames().control(kind, sequence));
        }
    }

    /** Tells both sides how far this one is. */
    private final class Told implements Inbox.Progress {
        @Override
        public void barrier() {
            barriers.incrementAndGet();
            link.changed();
        }

        @Override
        public void taken(long pieces) {
            post(Frames.TAKEN, pieces);
        }
    }
}
