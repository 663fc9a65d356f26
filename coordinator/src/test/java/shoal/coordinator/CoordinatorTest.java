package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.proto.v1.CancelRequest;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.Demand;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.Fence;
import shoal.proto.v1.FetchRequest;
import shoal.proto.v1.FilesReply;
import shoal.proto.v1.FilesRequest;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;
import shoal.proto.v1.StartRun;
import shoal.wire.HostPort;
import shoal.wire.Scope;

/** A run through the whole coordinator, as its worker and its client see it. */
final class CoordinatorTest {
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

    @TempDir Path folder;

    @Test
    void a_run_is_trained_evaluated_uploaded_and_fetched() throws IOException {
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT);
                FakeWorker worker = FakeWorker.join(coordinator)) {
            client.runs().submit(request(client, "first").build());

            StartRun start = worker.next().getStartRun();
            Fence fence = start.getFence();
            assertThat(start.getArtefactsCount()).isEqualTo(5);
            worker.ready(fence, 0, 0);
            assertThat(worker.next().getOpenStep().getStep()).isEqualTo(1);
            worker.reduced(fence, 1, 0.5, 4.0);
            CommitStep first = worker.next().getCommitStep();
            assertThat(first.getClip()).isEqualTo(1 / (2 + 1e-6));
            assertThat(first.getLearningRate()).isEqualTo(1e-3);
            assertThat(first.getOpensNext()).isTrue();
            worker.reduced(fence, 2, 0.25, 0.25);
            CommitStep second = worker.next().getCommitStep();
            assertThat(second.getClip()).isEqualTo(1);
            assertThat(second.getOpensNext()).isFalse();
            assertThat(worker.next().getEvaluate().getStep()).isEqualTo(2);
            worker.evaluated(fence, 2);
            assertThat(worker.next().getUploadState().getStep()).isEqualTo(2);
            assertThat(worker.upload(fence, 2, 7).getElements())
                    .isEqualTo(TinyModel.table().parameterElements());
            assertThat(worker.next().getEndRun().getFence()).isEqualTo(fence);

            List<RunEvent> events = client.watchToEnd("first", 0);
            assertThat(stored(events)).extracting(RunEvent::getSequence).doesNotHaveDuplicates();
            assertThat(words(events))
                    .containsExactly(
                            "QUEUED",
                            "STARTING",
                            "notice 1 line was skipped",
                            "RUNNING",
                            "loss grad_norm learning_rate epoch step",
                            "loss grad_norm learning_rate epoch step",
                            "eval_loss eval_accuracy eval_precision eval_recall eval_f1"
                                    + " eval_runtime eval_samples_per_second"
                                    + " eval_steps_per_second epoch step",
                            "FINISHING",
                            "train_runtime train_samples_per_second train_steps_per_second"
                                    + " total_flos train_loss epoch step",
                            "report worker w1",
                            "DONE");
            assertThat(result(client, "first", "model.safetensors"))
                    .isEqualTo(TinyModel.weights(7));
            assertThat(files(client, "first"))
                    .containsExactly(
                            "README.md",
                            "config.json",
                            "model.safetensors",
                            "tokenizer.json",
                            "tokenizer_config.json",
                            "trainer_state.json",
                            "vocab.txt");
        }
    }

    @Test
    void two_workers_compute_one_run_and_know_each_other() throws IOException {
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT);
                FakeWorker one = FakeWorker.join(coordinator, FakeWorker.named("one"));
                FakeWorker two = FakeWorker.join(coordinator, FakeWorker.named("two"))) {
            client.runs().submit(requestForTwo(client, "pair").build());

            StartRun start = one.next().getStartRun();
            StartRun other = two.next().getStartRun();
            Fence fence = start.getFence();
            assertThat(start.getIndex()).isZero();
            assertThat(other.getIndex()).isEqualTo(1);
            assertThat(
                            client.runs()
                                    .describe(DescribeRequest.getDefaultInstance())
                                    .getWorkersList())
                    .extracting(
                            worker ->
                                    String.join(
                                            " ",
                                            worker.getName(),
                                            worker.getRun(),
                                            String.valueOf(worker.getIndex()),
                                            worker.getPeer()))
                    .containsExactly("one pair 0 127.0.0.1:13", "two pair 1 127.0.0.1:13");
            assertThat(other.getPeersList()).isEqualTo(start.getPeersList());
            assertThat(start.getPeersList())
                    .extracting(peer -> peer.getWorkerId() + " " + peer.getFacts().getHostNonce())
                    .containsExactly("one nonce of one", "two nonce of two");
            assertThat(start.getPeerKey().size()).isEqualTo(32);
            assertThat(other.getPeerKey()).isEqualTo(start.getPeerKey());
            two.ready(fence, 0, 0);
            one.ready(fence, 0, 0);
            for (int step = 1; step <= 2; step++) {
                assertThat(one.next().hasEvaluate()).isFalse();
                assertThat(two.next().hasEvaluate()).isFalse();
                two.part(fence, step, 1, 2);
                one.part(fence, step, 0, 2);
            }
            CommitStep commit = one.next().getCommitStep();
            assertThat(commit.getOpensNext()).isFalse();
            assertThat(two.next().getCommitStep()).isEqualTo(commit);
            two.evaluated(two.next().getEvaluate());
            one.evaluated(one.next().getEvaluate());
            assertThat(one.next().getUploadState().getStep()).isEqualTo(2);
            assertThat(two.next().getUploadState().getStep()).isEqualTo(2);
            // Units of one block: the second worker owns all of them.
            one.uploaded(fence, 2);
            assertThat(two.send(fence, 2, 7, 1).getElements())
                    .isEqualTo(TinyModel.table().parameterElements());
            two.uploaded(fence, 2);

            assertThat(words(client.watchToEnd("pair", 0))).contains("report worker one", "DONE");
            assertThat(list(client, "pair").getWorkersList()).containsExactly("one", "two");
            assertThat(result(client, "pair", "model.safetensors")).isEqualTo(TinyModel.weights(7));
        }
    }

    @Test
    void more_workers_than_ranks_are_refused() throws IOException {
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT)) {
            shoal.proto.v1.SubmitRequest asked =
                    requestForTwo(client, "three")
                            .setDemand(Demand.newBuilder().setLeastWorkers(1).setMostWorkers(3))
                            .build();

            assertThatThrownBy(() -> client.runs().submit(asked))
                    .hasMessageContaining("workers: 3 are asked for, but the recipe has 2 ranks");
        }
    }

    @Test
    void a_coordinator_that_starts_again_continues_the_same_step() throws IOException {
        Fence fence;
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT);
                FakeWorker worker = FakeWorker.join(coordinator)) {
            client.runs().submit(request(client, "again").build());
            fence = worker.next().getStartRun().getFence();
            worker.ready(fence, 0, 0);
            assertThat(worker.next().getOpenStep().getStep()).isEqualTo(1);
            worker.reduced(fence, 1, 0.5, 4.0);
            assertThat(worker.next().getCommitStep().getStep()).isEqualTo(1);
        }

        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT);
                FakeWorker worker = FakeWorker.join(coordinator, FakeWorker.holding(fence, 0, 1))) {
            worker.ready(fence, 0, 1);
            CommitStep again = worker.next().getCommitStep();
            assertThat(again.getStep()).isEqualTo(1);
            assertThat(again.getClip()).isEqualTo(1 / (2 + 1e-6));
            assertThat(again.getOpensNext()).isTrue();
            worker.reduced(fence, 2, 0.25, 0.25);
            assertThat(worker.next().getCommitStep().getStep()).isEqualTo(2);
            assertThat(worker.next().getEvaluate().getStep()).isEqualTo(2);

            RunSummary run = list(client, "again");
            assertThat(run.getStep()).isEqualTo(2);
            assertThat(run.getSteps()).isEqualTo(2);
            assertThat(run.getWorkersList()).containsExactly("w1");
            assertThat(
                            client.runs()
                                    .cancel(
                                            CancelRequest.newBuilder()
                                                    .setName("again")
                                                    .setReason("enough")
                                                    .build())
                                    .getStatus())
                    .isEqualTo(RunStatus.CANCELLED);
            assertThat(worker.next().getEndRun().getReason()).isEqualTo("cancelled: enough");
            List<RunEvent> events = client.watchToEnd("again", 0);
            assertThat(events)
                    .extracting(RunEvent::getSequence)
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        }
    }

    private Coordinator start() {
        return Coordinator.start(
                new CoordinatorSettings(folder.resolve("data"), ANY_PORT, Optional.empty()),
                cause -> {
                    throw new AssertionError("the coordinator crashed", cause);
                });
    }

    private shoal.proto.v1.SubmitRequest.Builder request(TestClient client, String name)
            throws IOException {
        return client.request(
                name, TestRecipes.of(2, 1, 2), TinyModel.write(folder.resolve("model")));
    }

    private shoal.proto.v1.SubmitRequest.Builder requestForTwo(TestClient client, String name)
            throws IOException {
        return client.request(
                        name, TestRecipes.ofTwoRanks(), TinyModel.write(folder.resolve("model")))
                .setDemand(Demand.newBuilder().setLeastWorkers(2).setMostWorkers(2));
    }

    private static RunSummary list(TestClient client, String name) {
        return client.runs().list(ListRequest.newBuilder().setName(name).build()).getRuns(0);
    }

    private static List<String> files(TestClient client, String name) {
        FilesReply reply = client.runs().files(FilesRequest.newBuilder().setName(name).build());
        return reply.getFilesList().stream().map(file -> file.getPath()).toList();
    }

    private static byte[] result(TestClient client, String name, String path) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        client.runs()
                .fetch(FetchRequest.newBuilder().setName(name).setPath(path).build())
                .forEachRemaining(chunk -> bytes.writeBytes(chunk.getData().toByteArray()));
        return bytes.toByteArray();
    }

    private static List<RunEvent> stored(List<RunEvent> events) {
        return events.stream().filter(event -> !event.hasProgress()).toList();
    }

    private static List<String> words(List<RunEvent> events) {
        return stored(events).stream().map(CoordinatorTest::words).toList();
    }

    private static String words(RunEvent event) {
        return switch (event.getKindCase()) {
            case STATUS_CHANGED -> event.getStatusChanged().getStatus().name();
            case NOTICE -> "notice " + event.getNotice();
            case LOG_ROW -> names(event.getLogRow());
            case REPORT -> "report " + event.getReport().getMemory(1).getProcess();
            case RESTARTED -> "restarted " + event.getRestarted().getGeneration();
            case CHECKPOINT -> "checkpoint " + event.getCheckpoint().getStep();
            case PROGRESS, KIND_NOT_SET -> "?";
        };
    }

    private static String names(LogRow row) {
        return row.getValuesList().stream().map(LogValue::getName).collect(Collectors.joining(" "));
    }

    static boolean exists(Path file) {
        return Files.exists(file);
    }
}
