package shoal.coordinator;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadHeader;
import shoal.proto.v1.UploadReceipt;
import shoal.proto.v1.WatchRequest;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.wire.Access;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Token;

/** What the command line does, in a few lines. */
public final class TestClient implements AutoCloseable {
    private static final long WAIT_SECONDS = 20;

    private final ManagedChannel channel;

    public TestClient(HostPort address, Token token) {
        this(new Access(address, token));
    }

    TestClient(Access access) {
        this.channel = Channels.open(access);
    }

    public static TestClient of(Coordinator coordinator, Scope scope) {
        return new TestClient(coordinator.address(), token(coordinator.tokenFile(scope)));
    }

    static Token token(Path file) {
        try {
            return new Token(Files.readString(file).strip());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public ManagedChannel channel() {
        return channel;
    }

    public RunsGrpc.RunsBlockingStub runs() {
        return RunsGrpc.newBlockingStub(channel).withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    public ArtefactsGrpc.ArtefactsBlockingStub artefacts() {
        return ArtefactsGrpc.newBlockingStub(channel)
                .withDeadlineAfter(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** Uploads bytes under a hash and waits for the receipt. */
    public UploadReceipt upload(ByteString sha256, long sizeBytes, byte[] bytes) {
        CompletableFuture<UploadReceipt> receipt = new CompletableFuture<>();
        StreamObserver<UploadChunk> out =
                ArtefactsGrpc.newStub(channel).upload(new Completing<>(receipt));
        out.onNext(
                UploadChunk.newBuilder()
                        .setHeader(
                                UploadHeader.newBuilder().setSha256(sha256).setSizeBytes(sizeBytes))
                        .build());
        for (int at = 0; at < bytes.length; at += 1_000) {
            int count = Math.min(1_000, bytes.length - at);
            out.onNext(
                    UploadChunk.newBuilder()
                            .setData(ByteString.copyFrom(bytes, at, count))
                            .build());
        }
        out.onCompleted();
        return receipt.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Uploads what a run needs and gives the request that submits it. */
    public SubmitRequest.Builder request(String name, Recipe recipe, Path modelFolder)
            throws IOException {
        SubmitRequest.Builder request =
                SubmitRequest.newBuilder().setName(name).setRecipeJson(RecipeJson.write(recipe));
        request.addArtefacts(
                stored(
                        Artefact.Role.TRAIN_ROWS,
                        "train.tsv",
                        "0\ta b\n1\tc d\n".getBytes(StandardCharsets.UTF_8)));
        request.addArtefacts(
                stored(
                        Artefact.Role.EVALUATION_ROWS,
                        "dev.tsv",
                        "1\te f\n".getBytes(StandardCharsets.UTF_8)));
        List<Path> files;
        try (Stream<Path> listed = Files.list(modelFolder)) {
            files = listed.sorted().toList();
        }
        for (Path file : files) {
            request.addArtefacts(
                    stored(
                            Artefact.Role.MODEL_FILE,
                            file.getFileName().toString(),
                            Files.readAllBytes(file)));
        }
        return request;
    }

    /** Events from a sequence on until the run ends. */
    public List<RunEvent> watchToEnd(String name, long afterSequence) {
        Iterator<RunEvent> events =
                runs().watch(
                                WatchRequest.newBuilder()
                                        .setName(name)
                                        .setAfterSequence(afterSequence)
                                        .build());
        List<RunEvent> all = new ArrayList<>();
        events.forEachRemaining(all::add);
        return all;
    }

    public static ByteString sha256(byte[] bytes) {
        try {
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private Artefact stored(Artefact.Role role, String name, byte[] bytes) {
        ByteString hash = sha256(bytes);
        UploadReceipt receipt = upload(hash, bytes.length, bytes);
        return Artefact.newBuilder()
                .setRole(role)
                .setName(name)
                .setSha256(hash)
                .setSizeBytes(receipt.getSizeBytes())
                .build();
    }

    /** Completes a future with the one reply of a call. */
    record Completing<M>(CompletableFuture<M> reply) implements StreamObserver<M> {
        @Override
        public void onNext(M message) {
            reply.complete(message);
        }

        @Override
        public void onError(Throwable error) {
            reply.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            reply.completeExceptionally(new IllegalStateException("no reply came"));
        }
    }
}
