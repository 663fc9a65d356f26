package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.artefact.IncomingFile;
import shoal.coordinator.message.ArtefactMessages;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadHeader;
import shoal.proto.v1.UploadReceipt;
import shoal.recipe.Limits;

/**
 * One file that comes in: a header, then its bytes. Leaves nothing unless it is whole. A client
 * that sends nothing for {@link OpenStreams#PATIENCE} is told so, and its call ends.
 */
final class ArtefactUpload implements StreamObserver<UploadChunk>, OpenStreams.Stream {
    private static final Logger LOG = LoggerFactory.getLogger(ArtefactUpload.class);

    /** Bytes of one file: weights of 16 billion fp32 parameters. */
    private static final long FILE_BYTES = 64L << 30;

    private final ArtefactShelf shelf;
    private final StreamObserver<UploadReceipt> out;
    private final Executor threads;
    private final OpenStreams streams;
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.CLIENTS);
    private final AtomicInteger ticksStill = new AtomicInteger();
    private @Nullable IncomingFile file; // of whose turn it is, as all below
    private long sizeBytes;

    /** Whose turn it is: whoever takes it may act. */
    private enum Turn {
        CLIENTS,
        OURS,
        NOBODYS
    }

    private ArtefactUpload(ArtefactShelf shelf, StreamObserver<UploadReceipt> out, Ways ways) {
        this.shelf = requireNonNull(shelf, "shelf");
        this.out = requireNonNull(out, "out");
        this.threads = ways.threads().streams();
        this.streams = ways.streams();
    }

    static ArtefactUpload begin(ArtefactShelf shelf, StreamObserver<UploadReceipt> out, Ways ways) {
        ArtefactUpload upload = new ArtefactUpload(shelf, out, ways);
        upload.streams.add(upload);
        return upload;
    }

    @Override
    public void tick() {
        boolean waits = turn.get() == Turn.CLIENTS;
        if (waits && ticksStill.incrementAndGet() > OpenStreams.MOST_TICKS) {
            threads.execute(this::standsStill);
        }
    }

    private void standsStill() {
        boolean still = ticksStill.get() > OpenStreams.MOST_TICKS;
        if (still && turn.compareAndSet(Turn.CLIENTS, Turn.OURS)) {
            close();
            out.onError(OpenStreams.stoodStill("sent nothing").asRuntimeException());
        }
    }

    @Override
    public void onNext(UploadChunk chunk) {
        if (!turn.compareAndSet(Turn.CLIENTS, Turn.OURS)) {
            return;
        }
        ticksStill.set(0);
        try {
            if (chunk.hasHeader()) {
                header(chunk.getHeader());
            } else {
                data(chunk);
            }
            turn.set(Turn.CLIENTS);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    @Override
    public void onError(Throwable broken) {
        if (turn.compareAndSet(Turn.CLIENTS, Turn.OURS)) {
            close();
        }
    }

    @Override
    public void onCompleted() {
        if (!turn.compareAndSet(Turn.CLIENTS, Turn.OURS)) {
            return;
        }
        try {
            opened().finish();
            out.onNext(UploadReceipt.newBuilder().setSizeBytes(sizeBytes).build());
            out.onCompleted();
            close();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void header(UploadHeader header) throws IOException {
        if (file != null) {
            throw new IllegalArgumentException("a second header came; one call sends one file");
        }
        sizeBytes = header.getSizeBytes();
        if (sizeBytes < 0 || sizeBytes > FILE_BYTES) {
            throw new IllegalArgumentException(
                    "size_bytes is "
                            + Long.toUnsignedString(sizeBytes)
                            + ", expected at most "
                            + FILE_BYTES);
        }
        file = shelf.receive(ArtefactMessages.hash(header.getSha256()), sizeBytes);
    }

    private void data(UploadChunk chunk) throws IOException {
        if (chunk.getData().size() > Limits.CHUNK_BYTES) {
            throw new IllegalArgumentException(
                    "a chunk has "
                            + chunk.getData().size()
                            + " bytes, expected at most "
                            + Limits.CHUNK_BYTES);
        }
        opened().write(chunk.getData().asReadOnlyByteBuffer());
    }

    private IncomingFile opened() {
        if (file == null) {
            throw new IllegalArgumentException("the first message must be a header");
        }
        return file;
    }

    private void fail(Exception e) {
        close();
        out.onError(Statuses.of(e).asRuntimeException());
    }

    private void close() {
        turn.set(Turn.NOBODYS);
        streams.remove(this);
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.warn("a half received file stays until the next start: {}", e.toString());
        }
    }
}
