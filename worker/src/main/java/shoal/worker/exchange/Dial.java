package shoal.worker.exchange;

import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import shoal.wire.PeerHello;
import shoal.wire.PeerNetwork;
import shoal.wire.TensorFrame;
import shoal.wire.tls.TlsTrouble;

/**
 * Opens the streams to a peer, one per track.
 *
 * <p>At first it tries again while the peer has not opened its exchange yet, and gives up if it
 * cannot be reached or refuses. Once the streams were there it opens all of them again whenever one
 * is cut, on another connection, at once and then every so often, until the link is lost.
 *
 * <p>Used by the network thread, but for {@link #isSettled} and {@link #failure}.
 */
final class Dial {
    /** For the last words of a stream to get out. */
    private static final long CLOSE_MILLIS = 300;

    private final PeerNetwork network;
    private final Supplier<ManagedChannel> channels;
    private final PeerLink link;
    private final Caller caller;
    private final ExchangeTimes times;
    private final Set<Kind.Track> connected = EnumSet.noneOf(Kind.Track.class); // of this round

    private ManagedChannel channel;
    private int round; // counts connections: what comes of an older one is of no use
    private long attempts;
    private boolean resting; // a round has begun just now
    private boolean due; // another one begins after the rest
    private volatile State state = State.DIALING;
    private volatile String reason = "";

    private enum State {
        /** No answer so far. */
        DIALING,
        /** The peer is there, but its streams are not yet. */
        ANSWERED,
        /** All streams were there once. */
        CONNECTED,
        FAILED
    }

    /** What is said to the peer, and who goes on with what it answers. */
    interface Caller {
        PeerHello hello(TrackLink track, long attempt);

        void answered(TrackLink track, Metadata headers);
    }

    /**
     * Nobody is dialled yet.
     *
     * @param channels makes another connection to the peer
     */
    Dial(
            PeerNetwork network,
            Supplier<ManagedChannel> channels,
            PeerLink link,
            Caller caller,
            ExchangeTimes times) {
        this.network = network;
        this.channels = channels;
        this.link = link;
        this.caller = caller;
        this.times = times;
        this.channel = channels.get();
    }

    void start() {
        network.executeAfter(times.reachMillis(), this::giveUp);
        begin();
    }

    int peer() {
        return link.peer();
    }

    /** Whether waiting longer can tell nothing new about whether the peer can be reached. */
    boolean isSettled() {
        return state != State.DIALING;
    }

    /** Why the peer cannot be reached; empty unless it cannot. */
    Optional<String> failure() {
        return state == State.FAILED ? Optional.of(reason) : Optional.empty();
    }

    /** A stream was cut: all are opened again. */
    void again(String why) {
        round++;
        channel.shutdownNow();
        for (Kind.Track track : Kind.Track.values()) {
            link.track(track).cut(why);
        }
        if (resting) {
            due = true;
            return;
        }
        channel = channels.get();
        begin();
    }

    /** The link is lost: nobody is dialled any more. */
    void end() {
        round++;
        due = false;
        ManagedChannel last = channel;
        last.shutdown();
        network.executeAfter(CLOSE_MILLIS, last::shutdownNow);
    }

    private void begin() {
        resting = true;
        network.executeAfter(times.retryMillis(), this::rested);
        connected.clear();
        for (Kind.Track track : Kind.Track.values()) {
            attempt(link.track(track), round);
        }
    }

    private void rested() {
        resting = false;
        if (due) {
            due = false;
            channel = channels.get();
            begin();
        }
    }

    private void attempt(TrackLink track, int of) {
        if (of != round || link.lost().isPresent() || state == State.FAILED) {
            return;
        }
        channel.resetConnectBackoff();
        attempts++;
        PeerHello hello = caller.hello(track, attempts);
        ClientCall<TensorFrame, TensorFrame> call =
                channel.newCall(PeerNetwork.EXCHANGE, PeerNetwork.options());
        Answers answers = new Answers(track, call, hello.received());
        call.start(answers, hello.toMetadata());
        if (state == State.CONNECTED) {
            network.executeAfter(times.silenceMillis() / 2, answers::expire);
        }
    }

    private void giveUp() {
        if (state == State.DIALING) {
            fail(
                    "no answer within "
                            + times.reachMillis()
                            + " ms"
                            + (reason.isEmpty() ? "" : "; last: " + reason)
                            + ". Give that worker an --advertise that reaches it from here, and let"
                            + " the port through (docs/ports.md)");
        }
    }

    private void fail(String why) {
        reason = why;
        state = State.FAILED;
        link.changed();
    }

    /** An attempt to open one of the first streams was in vain. */
    private void refused(TrackLink track, Status status, Metadata trailers) {
        Optional<String> tls = TlsTrouble.words(status.getCause());
        if (tls.isPresent()) {
            fail(tls.get());
        } else if (PeerPort.isNotOpenYet(trailers)) {
            state = State.ANSWERED;
            link.changed();
            retry(track);
        } else if (status.getCode() == Status.Code.UNAVAILABLE) {
            reason = inWords(status);
            retry(track);
        } else {
            fail(inWords(status));
        }
    }

    /** An attempt to open a stream in place of one that was cut was in vain. */
    private void refusedAgain(TrackLink track, Status status, Metadata trailers) {
        if (PeerPort.isNotOpenYet(trailers)) {
            link.lose("it has closed its exchange");
        } else if (PeerPort.isAnswer(trailers)) {
            link.lose("it takes no other connection: " + inWords(status));
        } else {
            retry(track);
        }
    }

    private void retry(TrackLink track) {
        int of = round;
        network.executeAfter(times.retryMillis(), () -> attempt(track, of));
    }

    static String inWords(Status status) {
        String said = status.getDescription();
        Throwable cause = status.getCause();
        return (said == null ? status.getCode().toString() : said)
                + (cause == null || cause.getMessage() == null
                        ? ""
                        : " (" + cause.getMessage() + ")");
    }

    /** What comes back on one attempt. */
    private final class Answers extends ClientCall.Listener<TensorFrame> {
        private final TrackLink track;
        private final ClientCall<TensorFrame, TensorFrame> call;
        private final int of = round;
        private final long received;
        private @Nullable Pipe pipe;
        private boolean over;

        Answers(TrackLink track, ClientCall<TensorFrame, TensorFrame> call, long received) {
            this.track = track;
            this.call = call;
            this.received = received;
        }

        @Override
        public void onHeaders(Metadata headers) {
            if (of != round || state == State.FAILED) {
                call.cancel("too late", null);
                return;
            }
            OptionalLong theirs = PeerHello.readReceived(headers);
            if (theirs.isEmpty() || received != track.received()) {
                again("what the two have received does not fit");
                return;
            }
            Pipe opened = Pipe.of(call);
            pipe = opened;
            connected.add(track.track());
            if (state != State.CONNECTED) {
                boolean all = connected.size() == Kind.Track.values().length;
                state = all ? State.CONNECTED : State.ANSWERED;
            }
            link.connect(track, opened, theirs.getAsLong());
            if (link.lost().isEmpty() && track.meets()) {
                caller.answered(track, headers);
            }
        }

        @Override
        public void onMessage(TensorFrame frame) {
            if (pipe != null) {
                link.arrived(track, pipe, frame);
            }
        }

        @Override
        public void onReady() {
            track.ready();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            over = true;
            if (of != round || state == State.FAILED) {
                return;
            }
            if (pipe == null) {
                if (state == State.CONNECTED) {
                    refusedAgain(track, status, trailers);
                } else {
                    refused(track, status, trailers);
                }
            } else if (PeerPort.isAnswer(trailers)) {
                link.lose("it has closed its exchange: " + inWords(status));
            } else {
                link.ended(track, pipe, "its connection ended: " + inWords(status));
            }
        }

        /** No answer for so long: the connection is not what it seems to be. */
        void expire() {
            if (of == round && pipe == null && !over) {
                again("no answer");
            }
        }
    }
}
