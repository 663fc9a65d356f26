package shoal.cli.client;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.CancelReply;
import shoal.proto.v1.CancelRequest;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.FetchChunk;
import shoal.proto.v1.FetchRequest;
import shoal.proto.v1.FilesReply;
import shoal.proto.v1.FilesRequest;
import shoal.proto.v1.ListReply;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.MissingReply;
import shoal.proto.v1.MissingRequest;
import shoal.proto.v1.ResultFile;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.SubmitReply;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadReceipt;
import shoal.proto.v1.WatchRequest;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Servers;
import shoal.wire.Token;
import shoal.wire.TokenGate;

/**
 * A coordinator that plays a script over real gRPC: it stores what is uploaded, checks hashes and
 * tokens as the real one does, and replays the events that a test gave it.
 */
public final class FakeCoordinator implements AutoCloseable {
    private static final int FETCH_BYTES = 1_000;

    private final Token token = Token.create(new SecureRandom());
    private final Server server;

    /** What goes wrong with calls. */
    public final Mishaps mishaps = new Mishaps();

    /** What was uploaded, by hash. */
    public final Map<ByteString, byte[]> stored =
            Collections.synchronizedMap(new LinkedHashMap<>());

    /** What was submitted. */
    public final List<SubmitRequest> submitted = Collections.synchronizedList(new ArrayList<>());

    /** Runs that were cancelled, with their reasons. */
    public final List<CancelRequest> cancelled = Collections.synchronizedList(new ArrayList<>());

    /** From which sequence each stream of events was asked. */
    public final List<Long> watchedAfter = Collections.synchronizedList(new ArrayList<>());

    /** What List answers. */
    public final List<RunSummary> runs = Collections.synchronizedList(new ArrayList<>());

    /** What Describe answers. */
    public volatile DescribeReply description = DescribeReply.getDefaultInstance();

    /** Files of every run. */
    public final Map<String, byte[]> results = Collections.synchronizedMap(new LinkedHashMap<>());

    /** One list of events per stream, the last one for all that follow. */
    private final Deque<List<RunEvent>> streams = new ArrayDeque<>();

    private volatile @Nullable Status refusal;
    private volatile boolean corruptsResults;

    public FakeCoordinator() throws IOException {
        Set<String> methods =
                java.util.stream.Stream.of(
                                RunsGrpc.getServiceDescriptor(),
                                ArtefactsGrpc.getServiceDescriptor())
                        .flatMap(service -> service.getMethods().stream())
                        .map(io.grpc.MethodDescriptor::getFullMethodName)
                        .collect(Collectors.toSet());
        Map<String, Set<Scope>> accepted =
                methods.stream().collect(Collectors.toMap(m -> m, m -> Set.of(Scope.SUBMIT)));
        server =
                Servers.listenOn(new HostPort("127.0.0.1", 0))
                        .intercept(mishaps) // behind the gate
                        .intercept(
                                new TokenGate(
                                        fingerprint ->
                                                fingerprint.equals(token.fingerprint())
                                                        ? Optional.of(Scope.SUBMIT)
                                                        : Optional.empty(),
                                        accepted))
                        .addService(new Runs())
                        .addService(new Artefacts())
                        .build()
                        .start();
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", server.getPort());
    }

    public Token token() {
        return token;
    }

    Connection connection() {
        return new Connection(new Access(address(), token), "--coordinator", "--token-file T");
    }

    /** The next stream of events; it breaks off after them unless the last one ends the run. */
    public void plays(RunEvent... events) {
        synchronized (streams) {
            streams.add(List.of(events));
        }
    }

    /** Refuses Submit. */
    public void refuses(Status status) {
        refusal = status;
    }

    /** Changes a byte of each result on its way. */
    void corruptsResults() {
        corruptsResults = true;
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(); // until then its port may take connections
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Runs extends RunsGrpc.RunsImplBase {
        @Override
        public void submit(SubmitRequest request, StreamObserver<SubmitReply> reply) {
            Status status = refusal;
            if (status != null) {
                reply.onError(status.asRuntimeException());
                return;
            }
            submitted.add(request);
            String name = request.getName().isEmpty() ? "brave-cod" : request.getName();
            answer(reply, SubmitReply.newBuilder().setName(name).build());
        }

        @Override
        public void list(ListRequest request, StreamObserver<ListReply> reply) {
            List<RunSummary> found =
                    runs.stream()
                            .filter(
                                    run ->
                                            request.getName().isEmpty()
                                                    || run.getName().equals(request.getName()))
                            .toList();
            answer(reply, ListReply.newBuilder().addAllRuns(found).build());
        }

        @Override
        public void describe(DescribeRequest request, StreamObserver<DescribeReply> reply) {
            answer(reply, description);
        }

        @Override
        public void watch(WatchRequest request, StreamObserver<RunEvent> reply) {
            watchedAfter.add(request.getAfterSequence());
            List<RunEvent> events;
            synchronized (streams) {
                if (streams.isEmpty()) {
                    reply.onError(
                            Status.NOT_FOUND
                                    .withDescription("no run " + request.getName())
                                    .asRuntimeException());
                    return;
                }
                events = streams.size() > 1 ? streams.remove() : streams.element();
            }
            events.stream()
                    .filter(
                            event ->
                                    event.getSequence() == 0
                                            || event.getSequence() > request.getAfterSequence())
                    .forEach(reply::onNext);
            reply.onError(Status.UNAVAILABLE.withDescription("shutting down").asRuntimeException());
        }

        @Override
        public void cancel(CancelRequest request, StreamObserver<CancelReply> reply) {
            cancelled.add(request);
            answer(reply, CancelReply.newBuilder().setStatus(RunStatus.CANCELLED).build());
        }

        @Override
        public void files(FilesRequest request, StreamObserver<FilesReply> reply) {
            FilesReply.Builder files = FilesReply.newBuilder();
            results.forEach(
                    (path, content) ->
                            files.addFiles(
                                    ResultFile.newBuilder()
                                            .setPath(path)
                                            .setSizeBytes(content.length)
                                            .setSha256(sha256(content))));
            answer(reply, files.build());
        }

        @Override
        public void fetch(FetchRequest request, StreamObserver<FetchChunk> reply) {
            byte[] content = results.getOrDefault(request.getPath(), new byte[0]).clone();
            if (corruptsResults && content.length > 0) {
                content[content.length / 2] ^= 1;
            }
            int offset = Math.toIntExact(request.getOffsetBytes());
            for (int at = offset; at < content.length; at += FETCH_BYTES) {
                int size = Math.min(FETCH_BYTES, content.length - at);
                ByteString data = ByteString.copyFrom(content, at, size);
                reply.onNext(FetchChunk.newBuilder().setData(data).build());
            }
            reply.onCompleted();
        }
    }

    private final class Artefacts extends ArtefactsGrpc.ArtefactsImplBase {
        @Override
        public void missing(MissingRequest request, StreamObserver<MissingReply> reply) {
            List<ByteString> lacking =
                    request.getSha256List().stream()
                            .filter(hash -> !stored.containsKey(hash))
                            .toList();
            answer(reply, MissingReply.newBuilder().addAllSha256(lacking).build());
        }

        @Override
        public StreamObserver<UploadChunk> upload(StreamObserver<UploadReceipt> reply) {
            return new Receiver(reply);
        }
    }

    private final class Receiver implements StreamObserver<UploadChunk> {
        private final StreamObserver<UploadReceipt> reply;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private ByteString announced = ByteString.EMPTY;

        Receiver(StreamObserver<UploadReceipt> reply) {
            this.reply = reply;
        }

        @Override
        public void onNext(UploadChunk chunk) {
            if (chunk.hasHeader()) {
                announced = chunk.getHeader().getSha256();
            } else {
                content.writeBytes(chunk.getData().toByteArray());
            }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {
            byte[] all = content.toByteArray();
            if (!sha256(all).equals(announced)) {
                reply.onError(
                        Status.INVALID_ARGUMENT
                                .withDescription("the file does not have the hash it announced")
                                .asRuntimeException());
                return;
            }
            stored.put(announced, all);
            answer(reply, UploadReceipt.newBuilder().setSizeBytes(all.length).build());
        }
    }

    static ByteString sha256(byte[] content) {
        try {
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> void answer(StreamObserver<T> observer, T message) {
        try {
            observer.onNext(message);
            observer.onCompleted();
        } catch (StatusRuntimeException gone) {
            throw new IllegalStateException("the client hung up", gone);
        }
    }
}
