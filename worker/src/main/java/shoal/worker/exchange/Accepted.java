package shoal.worker.exchange;

import io.grpc.ServerCall;
import shoal.wire.TensorFrame;

/** What comes on a stream that a peer opened. */
final class Accepted extends ServerCall.Listener<TensorFrame> {
    private final PeerLink link;
    private final TrackLink track;
    private final Pipe pipe;

    Accepted(PeerLink link, TrackLink track, Pipe pipe) {
        this.link = link;
        this.track = track;
        this.pipe = pipe;
    }

    @Override
    public void onMessage(TensorFrame frame) {
        link.arrived(track, pipe, frame);
    }

    @Override
    public void onReady() {
        track.ready();
    }

    /** A connection that is cut does not come to its end like this. */
    @Override
    public void onHalfClose() {
        if (track.isOn(pipe)) {
            link.lose("it has closed its exchange");
        }
    }

    @Override
    public void onCancel() {
        link.ended(track, pipe, "its connection ended");
    }
}
