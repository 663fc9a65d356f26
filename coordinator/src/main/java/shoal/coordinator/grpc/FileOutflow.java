package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import shoal.recipe.Limits;

/**
 * Sends one file in chunks, each read from the disk only when the receiver can take it.
 *
 * <p>Everything after {@link #start} happens in the call's own callbacks, one at a time.
 */
final class FileOutflow<M> {
    private final ServerCallStreamObserver<M> out;
    private final FileChannel channel;
    private final Function<ByteString, M> message;
    private boolean over;

    private FileOutflow(
            ServerCallStreamObserver<M> out, FileChannel channel, Function<ByteString, M> message) {
        this.out = requireNonNull(out, "out");
        this.channel = requireNonNull(channel, "channel");
        this.message = requireNonNull(message, "message");
    }

    /**
     * Sends the file from an offset on, and ends the call.
     *
     * @throws IllegalArgumentException if the offset is beyond the file
     */
    static <M> void start(
            ServerCallStreamObserver<M> out,
            Path file,
            long offsetBytes,
            Function<ByteString, M> message)
            throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        long sizeBytes = channel.size();
        if (offsetBytes < 0 || offsetBytes > sizeBytes) {
            channel.close();
            throw new IllegalArgumentException(
                    "offset_bytes is " + offsetBytes + ", the file has " + sizeBytes + " bytes");
        }
        channel.position(offsetBytes);
        FileOutflow<M> flow = new FileOutflow<>(out, channel, message);
        out.setOnCancelHandler(flow::stop);
        out.setOnReadyHandler(flow::pump);
    }

    private void pump() {
        try {
            while (!over && out.isReady()) {
                ByteBuffer chunk = ByteBuffer.allocate(Limits.CHUNK_BYTES);
                int read = channel.read(chunk);
                while (read > 0 && chunk.hasRemaining()) {
                    read = channel.read(chunk);
                }
                chunk.flip();
                if (chunk.hasRemaining()) {
                    out.onNext(message.apply(UnsafeByteOperations.unsafeWrap(chunk)));
                } else {
                    stop();
                    out.onCompleted();
                }
            }
        } catch (IOException e) {
            stop();
            out.onError(Statuses.of(e).asRuntimeException());
        }
    }

    private void stop() {
        over = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
