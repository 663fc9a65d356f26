package shoal.worker.artefact;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Iterator;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.DownloadRequest;
import shoal.proto.v1.FileChunk;
import shoal.worker.stop.StopSignal;

/** Files from the coordinator; a chunk is asked for only when the one before is written. */
public final class CoordinatorArtefacts implements ArtefactSource {
    private final Channel channel;

    public CoordinatorArtefacts(Channel channel) {
        this.channel = requireNonNull(channel, "channel");
    }

    @Override
    public void read(ByteString sha256, long offsetBytes, Sink sink, StopSignal stop)
            throws IOException {
        DownloadRequest request =
                DownloadRequest.newBuilder().setSha256(sha256).setOffsetBytes(offsetBytes).build();
        Context.CancellableContext context = Context.current().withCancellation();
        StopSignal.Listening listening = stop.whenRaised(() -> context.cancel(null));
        Context before = context.attach();
        try {
            copy(ArtefactsGrpc.newBlockingStub(channel).download(request), sink);
        } catch (StatusRuntimeException e) {
            stop.throwIfRaised();
            throw trouble(e, sha256);
        } finally {
            context.detach(before);
            context.cancel(null);
            listening.close();
        }
    }

    private static void copy(Iterator<FileChunk> chunks, Sink sink) throws IOException {
        while (chunks.hasNext()) {
            sink.write(chunks.next().getData());
        }
    }

    private static IOException trouble(StatusRuntimeException e, ByteString sha256) {
        String file = HexFormat.of().formatHex(sha256.toByteArray());
        Status status = e.getStatus();
        return switch (status.getCode()) {
            case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, ABORTED, RESOURCE_EXHAUSTED ->
                    new BrokenOff("the download of " + file + " broke off: " + status, e);
            default ->
                    new IOException(
                            "the coordinator does not give file " + file + ": " + status, e);
        };
    }
}
