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
 * What goes to and comes from one peer on one track, over one stream after the other: where one is
 * cut the next one goes on. Its state changes on the network thread; other threads use {@link
 * #outbox} and ask how far it is.
 */
final class TrackLink {
    private static final Logger LOG = LoggerFactory.getLogger(TrackLink.class);

    private final PeerLink link;
    private final Kind.Track track;
    private final Shared shared;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Ways ways;
    private final ByteBuffer staging;
    private final AtomicInteger barriers = new AtomicInteger();
    private @Nullable Pipe pipe; // null: none yet, or it was cut
    private boolean greeted; // the other side has said OPENED on it
    private long attempt; // the newest that the other side has dialled
    private boolean met; // with the first one: what the two sides can read is being found out
    private long heardNanos;
    private volatile boolean open;
    private volatile int place = FrameHeader.BEHIND;
    private boolean reads; // it is known how the other side's values are read
    private int readsAt; // which is this place, besides the stream
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
        this.staging = staging;
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
    boolean isConnected() {
        return pipe != null;
    }

    /** Whether this is the stream that is there. */
    boolean isOn(Pipe other) {
        return pipe == other;
    }

    /** Pieces and marks that have come so far; the next stream begins with what follows. */
    long received() {
        return inbox.received();
    }

    /** Whether a peer's attempt to open a stream is the newest so far. */
    boolean admits(long number) {
        boolean newer = number > attempt;
        attempt = Math.max(attempt, number);
        return newer;
    }

    /** Whether it is to be found out now what each side can read; true once. */
    boolean meets() {
        boolean first = !met;
        met = true;
        return first;
    }

    /**
     * A stream is there; another one that still is, is ended.
     *
     * @param received what the other side has of this one's pieces and marks
     * @throws IllegalArgumentException if it cannot have that
     */
    void connect(Pipe next, long received, long nowNanos) {
        cut("another stream took its place");
        pipe = next;
        greeted = false;
        heardNanos = nowNanos;
        next.request(2);
        outbox.resume(next, received);
        if (reads) {
            greet();
        }
        post(Frames.TAKEN, inbox.taken());
    }

    /** Ends the stream, if there is one: what it has not brought, the next one does. */
    void cut(String why) {
        Pipe ended = pipe;
        if (ended != null) {
            pipe = null;
            outbox.cut();
            ended.cut(why);
        }
    }

    /** How long ago the last frame came, of a stream that is there. */
    long silentNanos(long nowNanos) {
        return pipe == null ? 0 : nowNanos - heardNanos;
    }

    /** A sign of life. */
    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** The other side's values are read this way, or on the stream; tells it so. */
    void readFrom(Optional<ValueReader> reader) {
        inbox.readFrom(reader);
        readsAt = reader.map(ValueReader::place).orElse(FrameHeader.BEHIND);
        reads = true;
        greet();
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
        if (pipe != null) {
            pipe.post(shared.frames().heartbeat(outbox.sent(), inbox.taken()));
        }
    }

    void offerAgain() throws IOException {
        inbox.offer();
    }

    /** A frame has come on a stream; what a stream brings that was cut, the next one does again. */
    void arrived(Pipe from, TensorFrame frame) throws IOException {
        if (!isOn(from)) {
            frame.close();
            return;
        }
        if (isRange(frame)) {
            inbox.add(frame);
        } else {
            try (frame) {
                takeControl(frame);
            }
        }
        from.request(1);
    }

    void lose(String reason) {
        outbox.lose(reason);
        Pipe last = pipe;
        if (last != null) {
            pipe = null;
            last.finish(reason);
        }
        try {
            inbox.drop();
        } catch (IOException e) {
            LOG.warn("what a lost peer sent cannot be freed in full", e);
        }
    }

    /**
     * Whether it is for the inbox to judge: it looks like a range of this generation, or a mark.
     */
    private boolean isRange(TensorFrame frame) {
        try {
            FrameHeader header = frame.header();
            return shared.frames().current(header) && !Frames.isControl(header.kind());
        } catch (IllegalArgumentException noFrame) {
            return false;
        }
    }

    private void takeControl(TensorFrame frame) throws IOException {
        if (!frame.isSound(staging)) {
            inbox.damaged();
            return;
        }
        FrameHeader header = frame.header();
        if (shared.frames().current(header)) {
            obey(header);
        } else {
            shared.tally().stale.increment();
            shared.receiver().trouble(new Trouble.Stale(link.peer(), header.generation()));
        }
    }

    private void obey(FrameHeader header) {
        switch (header.kind()) {
            case Frames.OPENED -> opened(header.sequence());
            case Frames.TAKEN -> outbox.taken(header.sequence());
            default -> {
                outbox.taken(header.offsetElements());
                inbox.sent(header.sequence());
            }
        }
    }

    private void opened(long theirs) {
        boolean other = read.isPresent() && read.getAsInt() != theirs;
        if (greeted || other || theirs < 0 || theirs > FrameHeader.THROUGH_NCCL) {
            throw new IllegalArgumentException("it opened a stream twice, or for " + theirs);
        }
        greeted = true;
        if (read.isEmpty()) {
            read = OptionalInt.of((int) theirs);
            ways.peerReads((int) theirs);
            openIfAgreed();
        }
    }

    private void openIfAgreed() {
        if (open || !reads || read.isEmpty()) {
            return;
        }
        Way way = ways.way(read.getAsInt());
        place = way.place();
        outbox.open(way);
        open = true;
        link.changed();
    }

    private void greet() {
        post(Frames.OPENED, readsAt);
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

        @Override
        public void damaged() {
            link.cut(TrackLink.this, "a frame was damaged on the way");
        }
    }
}
