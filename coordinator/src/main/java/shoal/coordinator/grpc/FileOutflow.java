package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Function;
import shoal.recipe.Limits;

/** The bytes of one file from an offset on, in chunks. */
final class FileOutflow<M> implements Outflow.Source<M> {
    private final FileChannel channel;
    private final Function<ByteString, M> message;
    private boolean over;

    private FileOutflow(FileChannel channel, Function<ByteString, M> message) {
        this.channel = requireNonNull(channel, "channel");
        this.message = requireNonNull(message, "message");
    }

    /**
     * Opens the file.
     *
     * @throws IllegalArgumentException if the offset is beyond it
     */
    static <M> FileOutflow<M> open(Path file, long offsetBytes, Function<ByteString, M> message)
            throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        long sizeBytes = channel.size();
        if (offsetBytes < 0 || offsetBytes > sizeBytes) {
            channel.close();
            throw new IllegalArgumentException(
                    "offset_bytes is " + offsetBytes + ", the file has " + sizeBytes + " bytes");
        }
        channel.position(offsetBytes);
        return new FileOutflow<>(channel, message);
    }

    @Override
    public Optional<M> next() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Limits.CHUNK_BYTES);
        int read = channel.read(chunk);
        while (read > 0 && chunk.hasRemaining()) {
            read = channel.read(chunk);
        }
        chunk.flip();
        over = !chunk.hasRemaining();
        return over
                ? Optional.empty()
                : Optional.of(message.apply(UnsafeByteOperations.unsafeWrap(chunk)));
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
