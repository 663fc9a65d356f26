package shoal.worker.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import shoal.recipe.Limits;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;
import shoal.worker.exchange.nccl.Communicator;
import shoal.worker.exchange.nccl.Nccl;
import shoal.worker.exchange.nccl.NcclException;

/**
 * What goes through NCCL between this worker and one peer on one track: a communicator to send in,
 * one to receive in, and the thread that joins both, receives what frames announce, and frees both.
 *
 * <p>The staging memory of each has as many slots as the window has pieces; as in a {@link
 * MemoryRing}, piece n is in slot n modulo window, which the exchange's credit says is free.
 */
final class NcclLink implements Way, ValueReader {
    /** The first communicator of a process loads NCCL's kernels onto the device. */
    private static final long JOIN_MILLIS = 60_000;

    private final Nccl nccl;
    private final Plan plan;
    private final Frames frames;
    private final Listener listener;
    private final BlockingQueue<Announced> announced;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long received; // pieces, in order
    private volatile @Nullable Communicator out;
    private volatile @Nullable Communicator in;

    /**
     * What is to be joined.
     *
     * @param name of the thread
     * @param peer index of the other worker
     * @param send id of the communicator to send in
     * @param receive id of the one to receive in
     * @param sendsFirst which of the two is joined first; the other side says the opposite
     * @param windowPieces on the way at most, each direction
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, never compared
    record Plan(
            String name,
            int peer,
            byte[] send,
            byte[] receive,
            boolean sendsFirst,
            int windowPieces) {
        int stagingBytes() {
            return windowPieces * Limits.CHUNK_BYTES;
        }

        /** As in shared memory: so that both sides have something to do. */
        int piecesPerFrame() {
            return Math.max(1, windowPieces / 4);
        }
    }

    /** Is told, by the link's thread, how it goes; one of the first two comes first, once. */
    interface Listener {
        /** Values can be sent and received. */
        void joined();

        /** They cannot be and never will. */
        void notJoined(String why);

        /** More pieces can be read. */
        void received();

        /** Nothing more can be sent or received; not told of a link that was closed. */
        void failed(String why);
    }

    /** A frame: so many bytes of so many pieces. */
    private record Announced(long sequence, int sizeBytes, int pieces) {}

    /** Consecutive bytes of the staging memory. */
    private record Part(int offsetBytes, int sizeBytes) {}

    NcclLink(Nccl nccl, Plan plan, Frames frames, Listener listener) {
        this.nccl = nccl;
        this.plan = plan;
        this.frames = frames;
        this.listener = listener;
        this.announced = new ArrayBlockingQueue<>(plan.windowPieces());
        this.thread = new Thread(this::run, plan.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public int place() {
        return FrameHeader.THROUGH_NCCL;
    }

    @Override
    public int windowPieces() {
        return plan.windowPieces();
    }

    @Override
    public int piecesPerFrame() {
        return plan.piecesPerFrame();
    }

    /** Once joined. */
    @Override
    public TensorFrame frame(long sequence, RangeHeader part, ByteBuffer values) {
        sendAll(sequence, values);
        return TensorFrame.toSend(frames.header(part, FrameHeader.THROUGH_NCCL, sequence));
    }

    @Override
    public void announced(long sequence, RangeHeader range) {
        Announced frame = new Announced(sequence, (int) range.sizeBytes(), Pieces.of(range).size());
        if (!announced.offer(frame)) {
            throw new IllegalStateException("more frames than pieces in a window");
        }
    }

    @Override
    public boolean has(long sequence) {
        return sequence < received;
    }

    @Override
    public void read(long sequence, int sizeBytes, ByteBuffer target) throws IOException {
        target.clear().limit(sizeBytes);
        if (sizeBytes > 0) {
            joined(in).read(offsetBytes(sequence), target);
        }
        target.flip();
    }

    /** Ends it; what is native is given back by its thread, soon. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    /** Waits for the thread to have given everything back. */
    void awaitEnd(long millis) throws InterruptedException {
        thread.join(Math.max(1, millis));
    }

    private void run() {
        try {
            Optional<String> joining = join();
            if (joining.isEmpty()) {
                listener.joined();
                String end = receiveAll();
                if (!closed) {
                    listener.failed(end);
                }
            } else {
                listener.notJoined(joining.get());
            }
        } catch (RuntimeException | Error e) { // others wait for one of these words
            listener.failed("its thread ended: " + e);
            throw e;
        } finally {
            free(out);
            free(in);
        }
    }

    /** Joins both; says why not if it cannot. */
    private Optional<String> join() {
        try {
            for (boolean send : new boolean[] {plan.sendsFirst(), !plan.sendsFirst()}) {
                if (send) {
                    out = nccl.join(plan.send(), 0, plan.stagingBytes(), JOIN_MILLIS);
                } else {
                    in = nccl.join(plan.receive(), 1, plan.stagingBytes(), JOIN_MILLIS);
                }
            }
            return Optional.empty();
        } catch (NcclException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            return Optional.of("it was given up");
        }
    }

    /** Receives what is announced, until the end; says why. */
    private String receiveAll() {
        try {
            Communicator from = joined(in);
            while (true) {
                Announced next = announced.take();
                long end = queue(next, from);
                for (Announced more = announced.poll(); more != null; more = announced.poll()) {
                    end = queue(more, from);
                }
                from.await();
                received = end;
                listener.received();
            }
        } catch (NcclException e) {
            return "its communicator failed: " + e.getMessage();
        } catch (InterruptedException e) {
            return "its communicator was given up";
        }
    }

    /** Queues a frame's transfers; gives the sequence after it. */
    private long queue(Announced frame, Communicator from) throws NcclException {
        Part first = first(frame.sequence(), frame.sizeBytes());
        if (first.sizeBytes() > 0) {
            from.receive(first.offsetBytes(), first.sizeBytes());
        }
        if (frame.sizeBytes() > first.sizeBytes()) {
            from.receive(0, frame.sizeBytes() - first.sizeBytes());
        }
        return frame.sequence() + frame.pieces();
    }

    private void sendAll(long sequence, ByteBuffer values) {
        Part first = first(sequence, values.remaining());
        try {
            Communicator to = joined(out);
            if (first.sizeBytes() > 0) {
                to.send(first.offsetBytes(), values.slice(values.position(), first.sizeBytes()));
            }
            int rest = values.remaining() - first.sizeBytes();
            if (rest > 0) {
                to.send(0, values.slice(values.position() + first.sizeBytes(), rest));
            }
        } catch (NcclException e) {
            String why = "its communicator failed: " + e.getMessage();
            if (!closed) {
                listener.failed(why);
            }
            throw new PeerLostException(plan.peer(), why);
        }
    }

    /**
     * Pieces of a frame are whole but for the last, so that they lie behind each other in the
     * staging memory; what does not fit before its end goes on at its start.
     */
    private Part first(long sequence, int sizeBytes) {
        int offsetBytes = offsetBytes(sequence);
        return new Part(offsetBytes, Math.min(sizeBytes, plan.stagingBytes() - offsetBytes));
    }

    private int offsetBytes(long sequence) {
        return (int) (sequence % plan.windowPieces()) * Limits.CHUNK_BYTES;
    }

    private static Communicator joined(@Nullable Communicator communicator) throws NcclException {
        if (communicator == null) {
            throw new NcclException("the communicator was not joined");
        }
        return communicator;
    }

    private static void free(@Nullable Communicator communicator) {
        if (communicator != null) {
            communicator.close();
        }
    }
}
