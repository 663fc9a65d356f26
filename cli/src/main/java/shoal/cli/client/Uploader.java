package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadHeader;
import shoal.proto.v1.UploadReceipt;
import shoal.recipe.Limits;
import shoal.recipe.UserException;

/**
 * Sends files to a coordinator in chunks, no faster than it takes them.
 *
 * <p>At most what the transport buffers and one chunk are in memory, however large the file.
 */
public final class Uploader {
    /** Floor of the deadline: connect, and the coordinator's fsync and hash at the end. */
    private static final long DEADLINE_SECONDS = 60;

    /** Slower than this a link is taken for broken. */
    private static final long SLOWEST_BYTES_PER_SECOND = 100_000;

    private final CoordinatorClient client;

    public Uploader(CoordinatorClient client) {
        this.client = requireNonNull(client, "client");
    }

    /**
     * Sends one file.
     *
     * @param sent told how many bytes of it have gone out, now and then
     */
    public void upload(LocalFile file, LongConsumer sent) {
        Attempts attempts = client.attempts("the upload of " + file.path());
        boolean failedBefore = false;
        while (true) {
            try {
                uploadOnce(file, sent);
                return;
            } catch (StatusRuntimeException e) {
                if (!failedBefore) {
                    attempts.progressed(); // patience begins here, however long it went well
                }
                failedBefore = true;
                attempts.failed(e); // whole files only are kept: from its beginning
            }
        }
    }

    private void uploadOnce(LocalFile file, LongConsumer sent) {
        long seconds = DEADLINE_SECONDS + file.sizeBytes() / SLOWEST_BYTES_PER_SECOND;
        Answer answer = new Answer();
        ArtefactsGrpc.newStub(client.channel())
                .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                .upload(answer);
        try (InputStream in = Files.newInputStream(file.path())) {
            send(in, file, answer, sent);
            answer.awaitEnd();
        } catch (IOException e) {
            answer.cancel("the file cannot be read");
            throw new UserException(file.path().toString(), "cannot be read: " + e.getMessage());
        } catch (InterruptedException e) {
            answer.cancel("interrupted");
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while sending " + file.path());
        }
    }

    private static void send(InputStream in, LocalFile file, Answer answer, LongConsumer sent)
            throws IOException, InterruptedException {
        UploadHeader header =
                UploadHeader.newBuilder()
                        .setSha256(file.sha256())
                        .setSizeBytes(file.sizeBytes())
                        .build();
        if (!answer.awaitReady()) {
            return;
        }
        answer.next(UploadChunk.newBuilder().setHeader(header).build());
        long total = 0;
        // Each chunk is an array of its own: gRPC serialises it later, on another thread.
        for (byte[] data = in.readNBytes(Limits.CHUNK_BYTES);
                data.length > 0;
                data = in.readNBytes(Limits.CHUNK_BYTES)) {
            if (!answer.awaitReady()) {
                return;
            }
            ByteString bytes = UnsafeByteOperations.unsafeWrap(data);
            answer.next(UploadChunk.newBuilder().setData(bytes).build());
            total += data.length;
            sent.accept(total);
        }
        answer.complete();
    }

    /** Both directions of one call: waits for room to send, and for the receipt. */
    private static final class Answer
            implements ClientResponseObserver<UploadChunk, UploadReceipt> {
        private @Nullable ClientCallStreamObserver<UploadChunk> requests;
        private @Nullable Throwable error;
        private boolean ended;

        @Override
        public void beforeStart(ClientCallStreamObserver<UploadChunk> observer) {
            requests = observer;
            observer.setOnReadyHandler(this::wake);
        }

        @Override
        public void onNext(UploadReceipt receipt) {}

        @Override
        public synchronized void onError(Throwable cause) {
            error = cause;
            ended = true;
            notifyAll();
        }

        @Override
        public synchronized void onCompleted() {
            ended = true;
            notifyAll();
        }

        private synchronized void wake() {
            notifyAll();
        }

        /** Waits until a chunk may go out; false if the call has ended. The deadline ends it. */
        synchronized boolean awaitReady() throws InterruptedException {
            while (!ended && !calls().isReady()) {
                wait();
            }
            return !ended;
        }

        synchronized void awaitEnd() throws InterruptedException {
            while (!ended) {
                wait();
            }
            if (error != null) {
                throw Status.fromThrowable(error).asRuntimeException();
            }
        }

        void next(UploadChunk chunk) {
            calls().onNext(chunk);
        }

        void complete() {
            calls().onCompleted();
        }

        void cancel(String reason) {
            calls().cancel(reason, null);
        }

        private ClientCallStreamObserver<UploadChunk> calls() {
            return requireNonNull(requests, "set by beforeStart");
        }
    }
}
