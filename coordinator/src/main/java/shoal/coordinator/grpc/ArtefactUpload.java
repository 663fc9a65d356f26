package shoal.coordinator.grpc;

import io.grpc.stub.StreamObserver;
import java.io.IOException;
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

/** One file that comes in: a header, then its bytes. Leaves nothing unless it is whole. */
final class ArtefactUpload implements StreamObserver<UploadChunk> {
    private static final Logger LOG = LoggerFactory.getLogger(ArtefactUpload.class);

    /** Bytes of one file: weights of 16 billion fp32 parameters. */
    private static final long FILE_BYTES = 64L << 30;

    private final ArtefactShelf shelf;
    private final StreamObserver<UploadReceipt> out;
    private @Nullable IncomingFile file;
    private long sizeBytes;
    private boolean over;

    ArtefactUpload(ArtefactShelf shelf, StreamObserver<UploadReceipt> out) {
        this.shelf = shelf;
        this.out = out;
    }

    @Override
    public void onNext(UploadChunk chunk) {
        if (over) {
            return;
        }
        try {
            if (chunk.hasHeader()) {
                begin(chunk.getHeader());
            } else {
                data(chunk);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    @Override
    public void onError(Throwable broken) {
        close();
    }

    @Override
    public void onCompleted() {
        if (over) {
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

    private void begin(UploadHeader header) throws IOException {
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
        over = true;
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.warn("a half received file stays until the next start: {}", e.toString());
        }
    }
}
