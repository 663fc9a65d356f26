package shoal.worker.exchange;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import shoal.wire.TensorFrame;

/**
 * One gRPC stream, whichever side opened it. Frames may be sent from any thread; those without
 * values never wait for one that is being copied into the network's buffers.
 */
final class Pipe {
    private final Call call;
    private final ReentrantLock sending = new ReentrantLock();
    private final ConcurrentLinkedQueue<TensorFrame> small = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    /** What both ends of a gRPC call have in common. */
    interface Call {
        boolean isReady();

        void send(TensorFrame frame);

        void request(int frames);

        /** The stream is of no use any more; another one may follow. */
        void cut(String why);

        /** Nothing more will be sent, on this stream or another: the other side is told. */
        void finish(String why);
    }

    Pipe(Call call) {
        this.call = call;
    }

    static Pipe of(ClientCall<TensorFrame, TensorFrame> call) {
        return new Pipe(
                new Call() {
                    @Override
                    public boolean isReady() {
                        return call.isReady();
                    }

                    @Override
                    public void send(TensorFrame frame) {
                        call.sendMessage(frame);
                    }

                    @Override
                    public void request(int frames) {
                        call.request(frames);
                    }

                    @Override
                    public void cut(String why) {
                        call.cancel(why, null);
                    }

                    /** The caller of a call can say no more than that; its channel ends it. */
                    @Override
                    public void finish(String why) {
                        call.halfClose();
                    }
                });
    }

    static Pipe of(ServerCall<TensorFrame, TensorFrame> call) {
        return new Pipe(
                new Call() {
                    @Override
                    public boolean isReady() {
                        return call.isReady();
                    }

                    @Override
                    public void send(TensorFrame frame) {
                        call.sendMessage(frame);
                    }

                    @Override
                    public void request(int frames) {
                        call.request(frames);
                    }

                    @Override
                    public void cut(String why) {
                        call.close(Status.ABORTED.withDescription(why), new Metadata());
                    }

                    @Override
                    public void finish(String why) {
                        call.close(Status.CANCELLED.withDescription(why), PeerPort.finalAnswer());
                    }
                });
    }

    /** Whether little enough waits in gRPC for more to be sent. */
    boolean isReady() {
        return !ended && call.isReady();
    }

    /** Sends a frame with values; on return they are copied. */
    void send(TensorFrame frame) {
        sending.lock();
        try {
            if (!ended) {
                call.send(frame);
            }
        } finally {
            sending.unlock();
        }
        sendSmall();
    }

    /** Sends a frame without values, now or as soon as the frame under way is copied. */
    void post(TensorFrame frame) {
        small.add(frame);
        sendSmall();
    }

    void request(int frames) {
        call.request(frames);
    }

    /** Ends the stream, in whose place another one may come. */
    void cut(String why) {
        end(() -> call.cut(why));
    }

    /** Ends the stream for good; the other side is told so. */
    void finish(String why) {
        end(() -> call.finish(why));
    }

    private void end(Runnable how) {
        sending.lock();
        try {
            if (!ended) {
                ended = true;
                how.run();
            }
        } finally {
            sending.unlock();
        }
    }

    private void sendSmall() {
        while (!small.isEmpty() && sending.tryLock()) {
            try {
                for (TensorFrame next = small.poll(); next != null; next = small.poll()) {
                    if (!ended) {
                        call.send(next);
                    }
                }
            } finally {
                sending.unlock();
            }
        }
    }
}
