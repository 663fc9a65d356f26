package shoal.worker.exchange;

import io.grpc.ClientCall;
import io.grpc.Drainable;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import shoal.wire.FrameHeader;
import shoal.wire.HostPort;
import shoal.wire.PeerHello;
import shoal.wire.PeerNetwork;
import shoal.wire.TensorFrame;
import shoal.wire.TensorFrameMarshaller;

/** A worker with index 1 of 2 that sends whatever bytes a test wants. */
final class RawPeer implements AutoCloseable {
    private static final long WAIT_SECONDS = 30;

    private final Frames frames;
    private final PeerNetwork network = new PeerNetwork("raw-peer", Optional.empty());
    private final ManagedChannel channel;
    private final long generation;
    private Stream nodes;
    private long attempts;
    private long received;

    /** Connects to an exchange that is open, or being opened. */
    RawPeer(HostPort address, long generation) throws Exception {
        this.generation = generation;
        frames = new Frames(Crews.RUN, generation);
        channel = network.channelTo(address, new Crew.Member("w-0", address)::identity);
        Stream first = new Stream(generation, 0);
        while (!first.admitted()) {
            first = new Stream(generation, 0);
        }
        nodes = first;
        Stream results = new Stream(generation, 1);
        if (!results.admitted()) {
            throw new AssertionError("the stream of results is refused");
        }
        nodes.call.sendMessage(bytes(frames.control(Frames.OPENED, 0)));
        results.call.sendMessage(bytes(frames.control(Frames.OPENED, 0)));
    }

    Frames frames() {
        return frames;
    }

    /** Sends bytes on the stream of nodes. */
    void send(byte[] bytes) {
        nodes.call.sendMessage(bytes);
    }

    /** How the stream of nodes ended. */
    CompletableFuture<Status> end() {
        return nodes.end;
    }

    /** Says from now on that it has received so many pieces of nodes. */
    void say(long pieces) {
        received = pieces;
    }

    /** Opens another stream of nodes in place of the one before; gives what the other side has. */
    long dialAgain() throws Exception {
        nodes = new Stream(generation, 0);
        if (!nodes.admitted()) {
            throw new AssertionError("another stream of nodes is refused");
        }
        nodes.call.sendMessage(bytes(frames.control(Frames.OPENED, 0)));
        return nodes.theirs;
    }

    /** How an attempt ends that is older than the streams there are. */
    Status dialLate() throws Exception {
        attempts = 0;
        return new Stream(generation, 0).end.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** A frame's bytes with the checksum of what they are now. */
    static byte[] sealed(byte[] frame) {
        CRC32C sum = new CRC32C();
        sum.update(frame, 0, 4);
        sum.update(frame, 8, frame.length - 8);
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) sum.getValue());
        return frame;
    }

    static byte[] bytes(TensorFrame frame) {
        try (InputStream stream = new TensorFrameMarshaller().stream(frame)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int length = ((Drainable) stream).drainTo(bytes);
            if (length != bytes.size() || length < FrameHeader.SIZE_BYTES) {
                throw new AssertionError("drained " + bytes.size() + ", said " + length);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        network.close();
    }

    /** One stream. */
    private final class Stream extends ClientCall.Listener<byte[]> {
        private final CompletableFuture<Boolean> admitted = new CompletableFuture<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final ClientCall<byte[], byte[]> call;
        private volatile long theirs;

        Stream(long generation, int track) {
            PeerHello hello =
                    new PeerHello(
                            Crews.SECRET,
                            Crews.RUN,
                            generation,
                            1,
                            0,
                            track,
                            ++attempts,
                            received,
                            Optional.empty());
            call =
                    channel.newCall(
                            PeerNetwork.EXCHANGE.toBuilder(new Bytes(), new Bytes()).build(),
                            PeerNetwork.options());
            call.start(this, hello.toMetadata());
            call.request(1_000);
        }

        boolean admitted() throws Exception {
            return admitted.get(WAIT_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void onHeaders(Metadata headers) {
            theirs = PeerHello.readReceived(headers).orElse(-1);
            admitted.complete(true);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            admitted.complete(false);
            end.complete(status);
        }
    }

    /** Messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
