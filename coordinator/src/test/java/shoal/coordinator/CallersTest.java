package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.core.Bounds;
import shoal.proto.v1.CancelReply;
import shoal.proto.v1.CancelRequest;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.Fence;
import shoal.proto.v1.FilesReply;
import shoal.proto.v1.FilesRequest;
import shoal.proto.v1.Heartbeat;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.WorkerMessage;
import shoal.wire.Busy;
import shoal.wire.HostPort;
import shoal.wire.Scope;

/** Callers that would take all, beside others; and calls that are sent again. */
final class CallersTest {
    private static final int CALLERS = 32;

    /** Of a file whose hash does not end within a test; nothing of it is on the disk. */
    private static final long ENDLESS_BYTES = 1L << 40;

    @TempDir Path folder;

    @Test
    void callers_that_have_terabytes_hashed_delay_neither_a_worker_nor_another_caller()
            throws Exception {
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT);
                TestClient reader = TestClient.of(coordinator, Scope.READ);
                TestClient other = TestClient.of(coordinator, Scope.WORKER)) {
            ended(client, "huge");
            ended(client, "small");
            try (RandomAccessFile file = new RandomAccessFile(checkpoint("huge").toFile(), "rw")) {
                file.setLength(ENDLESS_BYTES);
            }
            Files.writeString(checkpoint("small"), "weights");

            List<CompletableFuture<FilesReply>> lists = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                lists.add(files(reader, "huge"));
            }
            awaitBusy(lists, CALLERS - 9);
            long longest;
            try (FakeWorker worker = FakeWorker.join(coordinator)) {
                client.runs().submit(request(client, "r").build());
                longest = trains(worker, other);
            }

            assertThat(longest)
                    .as("ms between a heartbeat and the coordinator's notice of it")
                    .isLessThan(Bounds.SILENCE.toMillis());
            assertThat(files(client, "small").get(20, TimeUnit.SECONDS).getFilesCount())
                    .isEqualTo(1);
            assertThat(reader.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                    .isEqualTo(3);
            List<CompletableFuture<FilesReply>> busy = awaitBusy(lists, CALLERS - 9);
            busy.forEach(CallersTest::isToldWhenToAskAgain);
            assertThat(lists.stream().filter(list -> !list.isDone()).count()).isBetween(8L, 9L);
        }
    }

    @Test
    void a_submission_that_is_sent_again_makes_one_run_after_a_restart_too() throws IOException {
        SubmitRequest request;
        CancelRequest cancel =
                CancelRequest.newBuilder().setName("run-1").setRequestId("c".repeat(32)).build();
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT)) {
            request = request(client, "").setRequestId("a".repeat(32)).build();
            assertThat(client.runs().submit(request).getName()).isEqualTo("run-1");
            assertThat(client.runs().submit(request).getName()).isEqualTo("run-1");
            assertThat(client.runs().submit(request.toBuilder().clearRequestId().build()).getName())
                    .isEqualTo("run-2");
        }
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT)) {
            assertThat(client.runs().submit(request).getName()).isEqualTo("run-1");
            CancelReply cancelled = client.runs().cancel(cancel);
            assertThat(client.runs().cancel(cancel)).isEqualTo(cancelled);
            assertThat(client.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                    .isEqualTo(2);

            assertThat(refused(client, request.toBuilder().setName("other").build()))
                    .startsWith("another request had this request_id");
            assertThat(refused(client, request.toBuilder().setRequestId("seven").build()))
                    .startsWith("request_id has 5 characters, expected 32 hex digits");
        }
    }

    @Test
    void the_hashes_of_a_result_are_those_of_its_making_after_a_restart_too() throws IOException {
        FilesReply before;
        FilesRequest request = FilesRequest.newBuilder().setName("r").build();
        Path card = folder.resolve("data/runs/r/output/README.md");
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.SUBMIT);
                FakeWorker worker = FakeWorker.join(coordinator)) {
            client.runs().submit(request(client, "r").build());
            Fence fence = toItsLastStep(worker);
            worker.evaluated(fence, 2);
            worker.next();
            worker.upload(fence, 2, 7);
            client.watchToEnd("r", 0);
            before = client.runs().files(request);
            Files.writeString(card, Files.readString(card).replace("e", "E"));
            assertThat(client.runs().files(request)).isEqualTo(before);
        }
        try (Coordinator coordinator = start();
                TestClient client = TestClient.of(coordinator, Scope.READ)) {
            assertThat(client.runs().files(request)).isEqualTo(before);
            Files.writeString(card, "shorter, so another file");
            assertThat(client.runs().files(request)).isNotEqualTo(before);
        }
    }

    /** Trains a run of two steps with heartbeats all the while; the longest silence, in ms. */
    private static long trains(FakeWorker worker, TestClient other) {
        Fence fence = worker.next().getStartRun().getFence();
        long longest = beat(worker, other);
        worker.ready(fence, 0, 0);
        assertThat(worker.next().getOpenStep().getStep()).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            longest = Math.max(longest, beat(worker, other));
        }
        worker.reduced(fence, 1, 0.5, 4.0);
        assertThat(worker.next().getCommitStep().getOpensNext()).isTrue();
        longest = Math.max(longest, beat(worker, other));
        worker.reduced(fence, 2, 0.5, 4.0);
        assertThat(worker.next().getCommitStep().getStep()).isEqualTo(2);
        return longest;
    }

    /** Says a heartbeat and asks for how long the coordinator has not heard of its worker. */
    private static long beat(FakeWorker worker, TestClient other) {
        worker.say(WorkerMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
        var seen = other.runs().describe(DescribeRequest.getDefaultInstance()).getWorkers(0);
        assertThat(seen.getLost()).isFalse();
        return seen.getSilentMillis();
    }

    private static Fence toItsLastStep(FakeWorker worker) {
        Fence fence = worker.next().getStartRun().getFence();
        worker.ready(fence, 0, 0);
        worker.next();
        worker.reduced(fence, 1, 0.5, 4.0);
        worker.next();
        worker.reduced(fence, 2, 0.5, 4.0);
        worker.next();
        worker.next();
        return fence;
    }

    /** A run that was cancelled and has a checkpoint. */
    private void ended(TestClient client, String name) throws IOException {
        client.runs().submit(request(client, name).build());
        assertThat(
                        client.runs()
                                .cancel(CancelRequest.newBuilder().setName(name).build())
                                .getStatus())
                .isEqualTo(RunStatus.CANCELLED);
        Files.createDirectories(checkpoint(name).resolveSibling("."));
    }

    private Path checkpoint(String run) {
        return folder.resolve("data/runs").resolve(run).resolve("checkpoint-1/model.safetensors");
    }

    private static CompletableFuture<FilesReply> files(TestClient client, String run) {
        CompletableFuture<FilesReply> reply = new CompletableFuture<>();
        RunsGrpc.newStub(client.channel())
                .files(FilesRequest.newBuilder().setName(run).build(), new Taking(reply));
        return reply;
    }

    private record Taking(CompletableFuture<FilesReply> reply)
            implements StreamObserver<FilesReply> {
        @Override
        public void onNext(FilesReply message) {
            reply.complete(message);
        }

        @Override
        public void onError(Throwable error) {
            reply.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {}
    }

    /**
     * 8 lists wait and one is being made, if it began before the others came; the rest are busy.
     */
    private static List<CompletableFuture<FilesReply>> awaitBusy(
            List<CompletableFuture<FilesReply>> lists, int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        List<CompletableFuture<FilesReply>> busy = List.of();
        while (busy.size() < count) {
            assertThat(System.nanoTime()).as("%s are busy", busy.size()).isLessThan(end);
            busy = lists.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
            Thread.onSpinWait();
        }
        return busy;
    }

    private static void isToldWhenToAskAgain(CompletableFuture<FilesReply> busy) {
        Throwable thrown = busy.handle((reply, error) -> error).join();
        StatusRuntimeException ended = (StatusRuntimeException) thrown;
        assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(ended.getStatus().getDescription())
                .isEqualTo("busy: lists of files wait for the coordinator's disk; retry in 2 s");
        assertThat(Busy.retryIn(ended)).isPresent();
    }

    private static String refused(TestClient client, SubmitRequest request) {
        StatusRuntimeException thrown =
                catchThrowableOfType(
                        StatusRuntimeException.class, () -> client.runs().submit(request));
        assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        return String.valueOf(thrown.getStatus().getDescription());
    }

    private Coordinator start() {
        return Coordinator.start(
                new CoordinatorSettings(
                        folder.resolve("data"), new HostPort("127.0.0.1", 0), Optional.empty()));
    }

    private SubmitRequest.Builder request(TestClient client, String name) throws IOException {
        return client.request(
                name, TestRecipes.of(2, 1, 2), TinyModel.write(folder.resolve("model-" + name)));
    }
}
