package shoal.coordinator.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.TestClient;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.Hash;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.DownloadRequest;
import shoal.proto.v1.FetchChunk;
import shoal.proto.v1.FetchRequest;
import shoal.proto.v1.FileChunk;
import shoal.proto.v1.ListReply;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.MissingRequest;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadHeader;
import shoal.proto.v1.UploadReceipt;
import shoal.proto.v1.WatchRequest;
import shoal.wire.Busy;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Servers;
import shoal.wire.Token;

/** What one caller may have at a time, and how long it may stand still. */
final class LimitedCallsTest {
    private static final long WAIT_SECONDS = 20;
    private static final int MEBIBYTE = 1 << 20;

    @TempDir Path folder;
    private final Token reads = Token.create(new SecureRandom());
    private final Token submits = Token.create(new SecureRandom());
    private final Ways ways = new Ways(new CallThreads(), new OpenStreams(token -> true));
    private final Silent silent = new Silent();
    private Server server;
    private TestClient reader;
    private TestClient submitter;

    @BeforeEach
    void start() throws IOException {
        Map<String, Scope> scopes =
                Map.of(reads.fingerprint(), Scope.READ, submits.fingerprint(), Scope.SUBMIT);
        server =
                Servers.listenOn(new HostPort("127.0.0.1", 0))
                        .executor(Runnable::run)
                        .callExecutor(
                                ways.threads().byCall(id -> Optional.ofNullable(scopes.get(id))))
                        .intercept(new Allowances())
                        .intercept(Gate.of(id -> Optional.ofNullable(scopes.get(id))))
                        .addService(silent)
                        .addService(
                                new ArtefactFront(
                                        ArtefactShelf.open(folder, new Catalogue()),
                                        hash -> Optional.empty(),
                                        ways))
                        .build()
                        .start();
        HostPort address = new HostPort("127.0.0.1", server.getPort());
        reader = new TestClient(address, reads);
        submitter = new TestClient(address, submits);
    }

    @AfterEach
    void stop() throws InterruptedException {
        reader.close();
        submitter.close();
        server.shutdownNow();
        server.awaitTermination();
        ways.threads().close();
    }

    @Test
    void a_caller_with_too_many_calls_is_told_that_it_is_busy_and_others_are_answered() {
        List<Open<ListRequest, ListReply>> open = new ArrayList<>();
        for (int i = 0; i < Allowances.Allowance.OF_CLIENTS.calls(); i++) {
            open.add(begin(RunsGrpc.getListMethod(), ListRequest.getDefaultInstance(), 1));
        }
        silent.awaitAsked(open.size());

        StatusRuntimeException refused =
                begin(RunsGrpc.getListMethod(), ListRequest.getDefaultInstance(), 1).end();

        assertThat(refused.getStatus().getDescription())
                .isEqualTo(
                        "busy: callers with a token of scope read have 64 calls, the most at a"
                                + " time; retry in 2 s");
        assertThat(Busy.retryIn(refused)).contains(Duration.ofSeconds(2));
        assertThat(submitter.artefacts().missing(MissingRequest.getDefaultInstance())).isNotNull();
        silent.answerAll();
        open.forEach(each -> assertThat(each.end().getStatus().isOk()).isTrue());
        Open<ListRequest, ListReply> next =
                begin(RunsGrpc.getListMethod(), ListRequest.getDefaultInstance(), 1);
        silent.awaitAsked(open.size() + 1);
        silent.answerAll();
        assertThat(next.end().getStatus().isOk()).isTrue();
    }

    @Test
    void a_caller_with_too_many_streams_is_told_so_and_may_still_ask() {
        int most = Allowances.Allowance.OF_CLIENTS.streams();
        for (int i = 0; i < most; i++) {
            begin(RunsGrpc.getWatchMethod(), WatchRequest.getDefaultInstance(), 1);
        }
        silent.awaitAsked(most);

        assertThat(
                        begin(RunsGrpc.getWatchMethod(), WatchRequest.getDefaultInstance(), 1)
                                .end()
                                .getStatus()
                                .getDescription())
                .startsWith("busy: callers with a token of scope read have 256 streams");
        begin(RunsGrpc.getListMethod(), ListRequest.getDefaultInstance(), 1);
        silent.awaitAsked(most + 1);
    }

    @Test
    void bytes_that_a_caller_does_not_take_count_until_it_takes_them() {
        Open<FetchRequest, FetchChunk> open =
                begin(RunsGrpc.getFetchMethod(), FetchRequest.getDefaultInstance(), 0);
        silent.awaitAsked(1);
        FetchChunk chunk =
                FetchChunk.newBuilder()
                        .setData(ByteString.copyFrom(new byte[MEBIBYTE - 1_000]))
                        .build();
        for (int i = 0; i < 66; i++) {
            silent.fetching.get(0).onNext(chunk); // a service that does not look whether it may
        }

        assertThat(
                        begin(RunsGrpc.getListMethod(), ListRequest.getDefaultInstance(), 1)
                                .end()
                                .getStatus()
                                .getDescription())
                .contains("bytes on their way, the most at a time");
        open.call.request(1_000);
        silent.fetching.get(0).onCompleted();
        assertThat(open.end().getStatus().isOk()).isTrue();
        begin(RunsGrpc.getListMethod(), ListRequest.getDefaultInstance(), 1);
        silent.awaitAsked(2);
    }

    @Test
    void a_reader_that_never_takes_anything_is_told_so_and_its_file_is_closed() {
        byte[] bytes = new byte[4 * MEBIBYTE];
        ByteString hash = TestClient.sha256(bytes);
        submitter.upload(hash, bytes.length, bytes);
        Open<DownloadRequest, FileChunk> open =
                new Open<>(
                        submitter,
                        ArtefactsGrpc.getDownloadMethod(),
                        DownloadRequest.newBuilder().setSha256(hash).build(),
                        0);

        tickUntilNoStreamIsOpen(1);
        open.call.request(1_000);

        StatusRuntimeException end = open.end();
        assertThat(end.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(end.getStatus().getDescription())
                .isEqualTo(
                        "this stream was ended because its client took nothing for 60 s; ask"
                                + " again");
        assertThat(open.received.get()).isPositive().isLessThan(4 * 8);
    }

    @Test
    void an_upload_that_stands_still_is_ended_and_leaves_nothing() {
        CompletableFuture<UploadReceipt> receipt = new CompletableFuture<>();
        StreamObserver<UploadChunk> out =
                ArtefactsGrpc.newStub(submitter.channel()).upload(completing(receipt));
        out.onNext(
                UploadChunk.newBuilder()
                        .setHeader(
                                UploadHeader.newBuilder()
                                        .setSha256(TestClient.sha256(new byte[5]))
                                        .setSizeBytes(5))
                        .build());

        tickUntilNoStreamIsOpen(1);

        assertThat(receipt.handle((any, error) -> Status.fromThrowable(error)).join())
                .extracting(Status::getDescription)
                .isEqualTo(
                        "this stream was ended because its client sent nothing for 60 s; ask"
                                + " again");
        assertThat(folder.resolve("incoming")).isEmptyDirectory();
    }

    /** Time passes once the stream is there, until it was ended. */
    private void tickUntilNoStreamIsOpen(int begun) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        boolean seen = false;
        while (!seen || ways.streams().count() > 0) {
            seen |= ways.streams().count() == begun;
            ways.streams().tick();
            Thread.onSpinWait();
            assertThat(System.nanoTime()).as("still open").isLessThan(end);
        }
    }

    private <Q, A> Open<Q, A> begin(MethodDescriptor<Q, A> method, Q request, int messages) {
        return new Open<>(reader, method, request, messages);
    }

    private static <M> StreamObserver<M> completing(CompletableFuture<M> reply) {
        return new StreamObserver<>() {
            @Override
            public void onNext(M message) {
                reply.complete(message);
            }

            @Override
            public void onError(Throwable error) {
                reply.completeExceptionally(error);
            }

            @Override
            public void onCompleted() {}
        };
    }

    /** A call that asks for messages only when a test says so. */
    private static final class Open<Q, A> {
        private final ClientCall<Q, A> call;
        private final CompletableFuture<StatusRuntimeException> over = new CompletableFuture<>();
        private final java.util.concurrent.atomic.AtomicInteger received =
                new java.util.concurrent.atomic.AtomicInteger();

        Open(TestClient client, MethodDescriptor<Q, A> method, Q request, int messages) {
            call = client.channel().newCall(method, CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(A message) {
                            received.incrementAndGet();
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            over.complete(new StatusRuntimeException(status, trailers));
                        }
                    },
                    new Metadata());
            call.sendMessage(request);
            call.halfClose();
            if (messages > 0) {
                call.request(messages);
            }
        }

        StatusRuntimeException end() {
            return over.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
        }
    }

    /** Answers when a test says so. */
    private static final class Silent extends RunsGrpc.RunsImplBase {
        private final List<StreamObserver<ListReply>> lists =
                Collections.synchronizedList(new ArrayList<>());
        private final List<StreamObserver<FetchChunk>> fetching =
                Collections.synchronizedList(new ArrayList<>());
        private int asked;

        @Override
        public void list(ListRequest request, StreamObserver<ListReply> out) {
            lists.add(out);
            count();
        }

        @Override
        public void watch(WatchRequest request, StreamObserver<RunEvent> out) {
            count();
        }

        @Override
        public void fetch(FetchRequest request, StreamObserver<FetchChunk> out) {
            fetching.add(out);
            count();
        }

        private synchronized void count() {
            asked++;
            notifyAll();
        }

        synchronized void awaitAsked(int calls) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
            try {
                while (asked < calls) {
                    assertThat(System.nanoTime()).as("%s asked", asked).isLessThan(end);
                    wait(1_000);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void answerAll() {
            List<StreamObserver<ListReply>> all = List.copyOf(lists);
            lists.clear();
            for (StreamObserver<ListReply> out : all) {
                out.onNext(ListReply.getDefaultInstance());
                out.onCompleted();
            }
        }
    }

    /** Files that are complete. */
    private static final class Catalogue implements ArtefactShelf.Catalogue {
        private final Map<Hash, Long> files = new ConcurrentHashMap<>();

        @Override
        public OptionalLong artefactSize(Hash hash) {
            Long size = files.get(hash);
            return size == null ? OptionalLong.empty() : OptionalLong.of(size);
        }

        @Override
        public void addArtefact(Hash hash, long sizeBytes) {
            files.put(hash, sizeBytes);
        }
    }
}
