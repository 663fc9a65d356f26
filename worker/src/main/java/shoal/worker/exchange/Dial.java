package shoal.worker.exchange;

import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import shoal.wire.PeerHello;
import shoal.wire.PeerNetwork;
import shoal.wire.TensorFrame;
import shoal.wire.tls.TlsTrouble;

/**
 * Opens one stream to a peer: tries again while the peer has not opened its exchange yet, and gives
 * up if it cannot be reached or refuses.
 *
 * <p>Used by the network thread, but for {@link #isSettled} and {@link #failure}.
 */
final class Dial {
    private final ManagedChannel channel;
    private final PeerNetwork network;
    private final PeerLink link;
    private final TrackLink track;
    private final PeerHello hello;
    private final Answered answered;
    private final ExchangeTimes times;

    private volatile State state = State.DIALING;
    private volatile String reason = "";

    private enum State {
        /** No answer so far. */
        DIALING,
        /** The peer is there, but has not opened its exchange yet. */
        ANSWERED,
        CONNECTED,
        FAILED
    }

    /** Is told what the peer answered, once its stream is there. */
    interface Answered {
        void answered(Metadata headers);
    }

    /**
     * A stream to be opened.
     *
     * @param stream what it is for, and who goes on with it
     */
    Dial(
            PeerNetwork network,
            ManagedChannel channel,
            PeerLink link,
            PeerHello hello,
            Stream stream) {
        this.network = network;
        this.channel = channel;
        this.link = link;
        this.hello = hello;
        this.track = stream.track();
        this.answered = stream.answered();
        this.times = stream.times();
    }

    /** What a dial needs of its exchange. */
    record Stream(TrackLink track, Answered answered, ExchangeTimes times) {}

    void start() {
        network.executeAfter(times.reachMillis(), this::giveUp);
        attempt();
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

    private void attempt() {
        if (link.lost().isPresent() || state == State.FAILED) {
            return;
        }
        channel.resetConnectBackoff();
        ClientCall<TensorFrame, TensorFrame> call =
                channel.newCall(PeerNetwork.EXCHANGE, PeerNetwork.options());
        call.start(new Answers(call), hello.toMetadata());
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

    private void refused(Status status, Metadata trailers) {
        Optional<String> tls = TlsTrouble.words(status.getCause());
        if (tls.isPresent()) {
            fail(tls.get());
            return;
        }
        if (PeerPort.isNotOpenYet(trailers)) {
            state = State.ANSWERED;
            link.changed();
            network.executeAfter(times.retryMillis(), this::attempt);
        } else if (status.getCode() == Status.Code.UNAVAILABLE) {
            reason = inWords(status);
            network.executeAfter(times.retryMillis(), this::attempt);
        } else {
            fail(inWords(status));
        }
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
        private final ClientCall<TensorFrame, TensorFrame> call;
        private boolean connected;

        Answers(ClientCall<TensorFrame, TensorFrame> call) {
            this.call = call;
        }

        @Override
        public void onHeaders(Metadata headers) {
            if (state == State.FAILED) {
                call.cancel("too late", null);
                return;
            }
            connected = true;
            state = State.CONNECTED;
            link.heard();
            track.connect(Pipe.of(call));
            answered.answered(headers);
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
        public void onClose(Status status, Metadata trailers) {
            if (connected) {
                link.lose("its connection ended: " + inWords(status));
            } else if (state != State.FAILED) {
                refused(status, trailers);
            }
        }
    }
}
