package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.Hash;
import shoal.coordinator.message.ArtefactMessages;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.DownloadRequest;
import shoal.proto.v1.FileChunk;
import shoal.proto.v1.MissingReply;
import shoal.proto.v1.MissingRequest;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadReceipt;

/** Stores and sends files by content. */
final class ArtefactFront extends ArtefactsGrpc.ArtefactsImplBase {
    /** Hashes of one question (artefacts.proto). */
    private static final int HASHES = 1_000;

    private final ArtefactShelf shelf;
    private final Function<Hash, Optional<Path>> checkpoints;
    private final Ways ways;

    /**
     * @param checkpoints finds a file of a checkpoint that a live run may go on from
     * @param ways in and out
     */
    ArtefactFront(ArtefactShelf shelf, Function<Hash, Optional<Path>> checkpoints, Ways ways) {
        this.shelf = requireNonNull(shelf, "shelf");
        this.checkpoints = requireNonNull(checkpoints, "checkpoints");
        this.ways = requireNonNull(ways, "ways");
    }

    @Override
    public void missing(MissingRequest request, StreamObserver<MissingReply> out) {
        try {
            if (request.getSha256Count() > HASHES) {
                throw new IllegalArgumentException(
                        request.getSha256Count() + " hashes, expected at most " + HASHES);
            }
            MissingReply.Builder reply = MissingReply.newBuilder();
            for (ByteString bytes : request.getSha256List()) {
                Hash hash = ArtefactMessages.hash(bytes);
                if (shelf.sizeBytes(hash).isEmpty()) {
                    reply.addSha256(bytes);
                }
            }
            out.onNext(reply.build());
            out.onCompleted();
        } catch (RuntimeException e) {
            out.onError(Statuses.of(e).asRuntimeException());
        }
    }

    @Override
    public StreamObserver<UploadChunk> upload(StreamObserver<UploadReceipt> out) {
        return ArtefactUpload.begin(shelf, out, ways);
    }

    @Override
    public void download(DownloadRequest request, StreamObserver<FileChunk> out) {
        try {
            Hash hash = ArtefactMessages.hash(request.getSha256());
            Optional<Path> file =
                    shelf.sizeBytes(hash).isPresent()
                            ? Optional.of(shelf.path(hash))
                            : checkpoints.apply(hash);
            if (file.isEmpty()) {
                out.onError(
                        Status.NOT_FOUND
                                .withDescription("there is no file with SHA-256 " + hash)
                                .asRuntimeException());
                return;
            }
            ways.send(
                    (ServerCallStreamObserver<FileChunk>) out,
                    FileOutflow.open(
                            file.get(),
                            request.getOffsetBytes(),
                            data -> FileChunk.newBuilder().setData(data).build()));
        } catch (IOException | RuntimeException e) {
            out.onError(Statuses.of(e).asRuntimeException());
        }
    }
}
