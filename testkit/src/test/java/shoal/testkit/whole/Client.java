package shoal.testkit.whole;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.Demand;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.MissingRequest;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.StatusChanged;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.UploadChunk;
import shoal.proto.v1.UploadHeader;
import shoal.proto.v1.UploadReceipt;
import shoal.proto.v1.WatchRequest;
import shoal.recipe.Limits;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;

/** Submits and watches runs through the generated stubs, as any client may. */
final class Client {
    private static final Set<RunStatus> ENDS =
            Set.of(RunStatus.DONE, RunStatus.FAILED, RunStatus.CANCELLED);
    private static final long PATIENCE_SECONDS = 60;

    private final ManagedChannel channel;
    private final Path runs;

    /**
     * A client.
     *
     * @param runs the coordinator's folder of runs
     */
    Client(ManagedChannel channel, Path runs) {
        this.channel = channel;
        this.runs = runs;
    }

    /** Sends what the coordinator lacks, and submits a run for so many workers, no fewer. */
    void submit(String name, Recipe recipe, RunFiles files, int workers)
            throws IOException, InterruptedException {
        List<Artefact> artefacts = new ArrayList<>();
        for (RunFiles.Sent file : files.sent()) {
            uploadIfMissing(file);
            artefacts.add(file.artefact());
        }
        RunsGrpc.newBlockingStub(channel)
                .submit(
                        SubmitRequest.newBuilder()
                                .setName(name)
                                .setRecipeJson(RecipeJson.write(recipe))
                                .addAllArtefacts(artefacts)
                                .setDemand(
                                        Demand.newBuilder()
                                                .setLeastWorkers(workers)
                                                .setMostWorkers(workers)
                                                .setWaitSeconds((int) PATIENCE_SECONDS))
                                .build());
    }

    /** Waits until a run has logged a step. */
    void awaitStep(String name, int step) {
        Iterator<RunEvent> events = watch(name);
        while (events.hasNext()) {
            RunEvent event = events.next();
            boolean reached =
                    event.hasLogRow()
                            && event.getLogRow().getValuesList().stream()
                                    .anyMatch(
                                            value ->
                                                    value.getName().equals("step")
                                                            && value.getNumber() >= step);
            if (reached) {
                return;
            }
        }
        throw new AssertionError("run " + name + " ended before step " + step);
    }

    /** Follows a run to its end. */
    RunOutcome follow(String name) {
        List<Map<String, Double>> rows = new ArrayList<>();
        StatusChanged last = StatusChanged.getDefaultInstance();
        Iterator<RunEvent> events = watch(name);
        while (!ENDS.contains(last.getStatus()) && events.hasNext()) {
            RunEvent event = events.next();
            if (event.hasLogRow()) {
                Map<String, Double> row = new LinkedHashMap<>();
                for (LogValue value : event.getLogRow().getValuesList()) {
                    row.put(value.getName(), value.getNumber());
                }
                rows.add(row);
            } else if (event.hasStatusChanged()) {
                last = event.getStatusChanged();
            }
        }
        return new RunOutcome(last, rows, runs.resolve(name).resolve("output"));
    }

    private Iterator<RunEvent> watch(String name) {
        return RunsGrpc.newBlockingStub(channel)
                .watch(WatchRequest.newBuilder().setName(name).build());
    }

    private void uploadIfMissing(RunFiles.Sent file) throws IOException, InterruptedException {
        ByteString sha256 = file.artefact().getSha256();
        boolean missing =
                ArtefactsGrpc.newBlockingStub(channel)
                                .missing(MissingRequest.newBuilder().addSha256(sha256).build())
                                .getSha256Count()
                        > 0;
        if (missing) {
            upload(file);
        }
    }

    private void upload(RunFiles.Sent file) throws IOException, InterruptedException {
        CompletableFuture<UploadReceipt> receipt = new CompletableFuture<>();
        StreamObserver<UploadChunk> out = ArtefactsGrpc.newStub(channel).upload(into(receipt));
        out.onNext(
                UploadChunk.newBuilder()
                        .setHeader(
                                UploadHeader.newBuilder()
                                        .setSha256(file.artefact().getSha256())
                                        .setSizeBytes(file.artefact().getSizeBytes()))
                        .build());
        try (InputStream in = Files.newInputStream(file.path())) {
            for (byte[] chunk = in.readNBytes(Limits.CHUNK_BYTES);
                    chunk.length > 0;
                    chunk = in.readNBytes(Limits.CHUNK_BYTES)) {
                out.onNext(UploadChunk.newBuilder().setData(ByteString.copyFrom(chunk)).build());
            }
        }
        out.onCompleted();
        try {
            receipt.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("upload of " + file.path(), e);
        }
    }

    private static StreamObserver<UploadReceipt> into(CompletableFuture<UploadReceipt> receipt) {
        return new StreamObserver<>() {
            @Override
            public void onNext(UploadReceipt message) {
                receipt.complete(message);
            }

            @Override
            public void onError(Throwable error) {
                receipt.completeExceptionally(error);
            }

            @Override
            public void onCompleted() {}
        };
    }
}
