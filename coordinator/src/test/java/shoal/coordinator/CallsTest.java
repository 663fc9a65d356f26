package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.CancelRequest;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.DownloadRequest;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.FetchRequest;
import shoal.proto.v1.FilesRequest;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.MissingRequest;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.WatchRequest;
import shoal.proto.v1.WorkerMessage;
import shoal.proto.v1.WorkerSummary;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Token;
import shoal.wire.Version;

/** Calls that are refused, and with which words. */
final class CallsTest {
    @TempDir Path folder;
    private Coordinator coordinator;
    private TestClient client;

    @BeforeEach
    void start() {
        coordinator =
                Coordinator.start(
                        new CoordinatorSettings(
                                folder.resolve("data"),
                                new HostPort("127.0.0.1", 0),
                                Optional.empty()));
        client = TestClient.of(coordinator, Scope.SUBMIT);
    }

    @AfterEach
    void stop() {
        client.close();
        coordinator.close();
    }

    @Test
    void a_token_opens_what_its_scope_allows_and_nothing_else() {
        try (TestClient reader = TestClient.of(coordinator, Scope.READ);
                TestClient worker = TestClient.of(coordinator, Scope.WORKER);
                TestClient admin = TestClient.of(coordinator, Scope.ADMIN);
                TestClient stranger =
                        new TestClient(coordinator.address(), Token.create(new SecureRandom()))) {
            ListRequest list = ListRequest.getDefaultInstance();
            CancelRequest cancel = CancelRequest.newBuilder().setName("r").build();

            assertThat(reader.runs().list(list).getRunsCount()).isZero();
            assertThat(admin.runs().list(list).getRunsCount()).isZero();
            assertThat(refused(() -> reader.runs().cancel(cancel), Status.Code.PERMISSION_DENIED))
                    .contains("a token of scope read may not", "take one of scope submit");
            refused(() -> worker.runs().list(list), Status.Code.PERMISSION_DENIED);
            refused(() -> client.runs().cancel(cancel), Status.Code.NOT_FOUND);
            assertThat(refused(() -> stranger.runs().list(list), Status.Code.UNAUTHENTICATED))
                    .contains("does not know this token");
        }
        try (FakeWorker submitter =
                new FakeWorker(
                        coordinator.address(),
                        TestClient.token(coordinator.tokenFile(Scope.SUBMIT)),
                        hello -> {})) {
            assertThat(submitter.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    void what_a_coordinator_has_is_told_to_clients_and_to_workers() throws Exception {
        try (FakeWorker joined = FakeWorker.join(coordinator, FakeWorker.named("w1"));
                TestClient other = TestClient.of(coordinator, Scope.WORKER)) {
            DescribeRequest request = DescribeRequest.getDefaultInstance();
            DescribeReply told = other.runs().describe(request);

            joined.awaitHeartbeat();
            assertThat(unheard(client.runs().describe(request))).isEqualTo(unheard(told));
            assertThat(told.getVersion()).isEqualTo(Version.CURRENT);
            assertThat(told.getFreeBytes()).isPositive();
            assertThat(told.getDataFolder()).startsWith(folder.toString());
            assertThat(told.getWorkers(0).hasSilentMillis()).isTrue();
            assertThat(unheard(told))
                    .containsExactly(
                            WorkerSummary.newBuilder()
                                    .setName("w1")
                                    .setHost("here")
                                    .setLanes(1)
                                    .setPeer("127.0.0.1:12")
                                    .build());
        }
    }

    /** Its workers, but for how long ago they were heard. */
    private static List<WorkerSummary> unheard(DescribeReply told) {
        return told.getWorkersList().stream()
                .map(worker -> worker.toBuilder().clearSilentMillis().build())
                .toList();
    }

    @Test
    void a_file_whose_bytes_are_not_what_was_announced_is_not_kept() {
        byte[] bytes = "hello".getBytes(StandardCharsets.UTF_8);
        ByteString other = TestClient.sha256("other".getBytes(StandardCharsets.UTF_8));

        assertThat(uploadRefused(other, 5, bytes)).contains("the bytes have SHA-256");
        assertThat(uploadRefused(other, 4, bytes)).contains("more than the announced 4 bytes");
        assertThat(uploadRefused(other, 6, bytes)).contains("5 bytes came of the announced 6");
        assertThat(uploadRefused(ByteString.EMPTY, 5, bytes)).contains("sha256 has 0 bytes");

        assertThat(
                        client.artefacts()
                                .missing(MissingRequest.newBuilder().addSha256(other).build())
                                .getSha256List())
                .containsExactly(other);
    }

    @Test
    void a_file_is_sent_back_from_any_offset() {
        byte[] bytes = new byte[300_000];
        new java.util.Random(1).nextBytes(bytes);
        ByteString hash = TestClient.sha256(bytes);
        client.upload(hash, bytes.length, bytes);

        assertThat(download(hash, 0)).isEqualTo(bytes);
        assertThat(download(hash, 299_999)).containsExactly(bytes[299_999]);
        assertThat(download(hash, 300_000)).isEmpty();
        assertThat(refused(() -> download(hash, 300_001), Status.Code.INVALID_ARGUMENT))
                .contains("the file has 300000 bytes");
        refused(() -> download(TestClient.sha256(new byte[1]), 0), Status.Code.NOT_FOUND);
    }

    @Test
    void everything_that_is_wrong_with_a_submission_is_said_at_once() {
        SubmitRequest request =
                SubmitRequest.newBuilder()
                        .setName("Bad Name")
                        .setRecipeJson("{")
                        .addArtefacts(Artefact.newBuilder().setName("x"))
                        .addArtefacts(
                                Artefact.newBuilder()
                                        .setRole(Artefact.Role.MODEL_FILE)
                                        .setName("../config.json")
                                        .setSha256(TestClient.sha256(new byte[1])))
                        .build();

        assertThat(refused(() -> client.runs().submit(request), Status.Code.INVALID_ARGUMENT))
                .contains("run name 'Bad Name' is not usable")
                .contains("recipe")
                .contains("artefacts[0]: has no role")
                .contains("artefacts[1]: its name is no file name")
                .contains("0 files of TRAIN_ROWS, expected 1")
                .contains("no MODEL_FILE is named config.json");
    }

    @Test
    void a_submission_whose_files_are_not_here_names_them() throws IOException {
        SubmitRequest.Builder request = request("r");
        request.getArtefactsBuilder(0).setSha256(TestClient.sha256(new byte[9]));

        assertThat(
                        refused(
                                () -> client.runs().submit(request.build()),
                                Status.Code.FAILED_PRECONDITION))
                .isEqualTo("these files are not stored here: train.tsv; upload them first");
    }

    @Test
    void a_name_that_is_taken_is_refused() throws IOException {
        client.runs().submit(request("r").build());

        assertThat(
                        refused(
                                () -> client.runs().submit(request("r").build()),
                                Status.Code.ALREADY_EXISTS))
                .contains("there is a run named r here");
    }

    @Test
    void a_run_that_is_not_done_has_no_files() throws IOException {
        client.runs().submit(request("r").build());

        refused(
                () -> client.runs().files(FilesRequest.newBuilder().setName("r").build()),
                Status.Code.FAILED_PRECONDITION);
        refused(
                () -> client.runs().fetch(FetchRequest.newBuilder().setName("r").build()).hasNext(),
                Status.Code.FAILED_PRECONDITION);
        refused(
                () ->
                        client.runs()
                                .watch(WatchRequest.newBuilder().setName("nobody").build())
                                .hasNext(),
                Status.Code.NOT_FOUND);
    }

    @Test
    void a_worker_of_another_version_is_refused_with_both_versions() {
        try (FakeWorker worker =
                new FakeWorker(
                        coordinator.address(),
                        TestClient.token(coordinator.tokenFile(Scope.WORKER)),
                        hello -> hello.setVersion("9.9.9"))) {
            Status end = worker.end();

            assertThat(end.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(end.getDescription()).contains("the worker is '9.9.9'");
        }
    }

    @Test
    void a_second_process_of_an_attached_worker_is_refused() {
        try (FakeWorker first = FakeWorker.join(coordinator);
                FakeWorker second =
                        new FakeWorker(
                                coordinator.address(),
                                TestClient.token(coordinator.tokenFile(Scope.WORKER)),
                                hello -> hello.setIncarnation("second"))) {
            assertThat(second.end().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
            first.say(WorkerMessage.newBuilder().setHello(hello()));
            assertThat(first.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void a_message_that_no_worker_sends_ends_its_session_with_the_reason() {
        try (FakeWorker worker = FakeWorker.join(coordinator)) {
            worker.say(
                    WorkerMessage.newBuilder()
                            .setEvaluationRows(
                                    EvaluationRows.newBuilder()
                                            .setFence(
                                                    Fence.newBuilder().setRun("r").setGeneration(1))
                                            .setStep(1)
                                            .addLosses(1)));

            assertThat(worker.end().getDescription())
                    .isEqualTo(
                            "EVALUATION_ROWS: 1 losses, 0 predictions and 0 labels; expected as"
                                    + " many of each");
        }
    }

    @Test
    void heartbeats_come_without_being_asked_for() throws InterruptedException {
        try (FakeWorker worker = FakeWorker.join(coordinator)) {
            worker.awaitHeartbeat();
            worker.awaitHeartbeat();
        }
    }

    @Test
    void parameters_that_nobody_waits_for_are_refused() {
        try (FakeWorker worker = FakeWorker.join(coordinator)) {
            Fence fence = Fence.newBuilder().setRun("r").setGeneration(1).build();

            assertThatThrownBy(() -> worker.upload(fence, 1, 0))
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("state of r/1 is not expected");
        }
    }

    private static shoal.proto.v1.Hello.Builder hello() {
        return shoal.proto.v1.Hello.newBuilder().setWorkerId("w1");
    }

    private SubmitRequest.Builder request(String name) throws IOException {
        return client.request(
                name, TestRecipes.of(2, 1, 2), TinyModel.write(folder.resolve("model")));
    }

    private byte[] download(ByteString hash, long offset) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        client.artefacts()
                .download(
                        DownloadRequest.newBuilder().setSha256(hash).setOffsetBytes(offset).build())
                .forEachRemaining(chunk -> bytes.writeBytes(chunk.getData().toByteArray()));
        return bytes.toByteArray();
    }

    private String uploadRefused(ByteString hash, long size, byte[] bytes) {
        try {
            client.upload(hash, size, bytes);
        } catch (CompletionException e) {
            Status status = Status.fromThrowable(e);
            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            return String.valueOf(status.getDescription());
        }
        throw new AssertionError("the upload was taken");
    }

    /** The words of a call that must be refused with this code. */
    private static String refused(ThrowingCallable call, Status.Code code) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
        Status status = Status.fromThrowable(thrown);
        assertThat(status.getCode()).as(thrown.toString()).isEqualTo(code);
        return String.valueOf(status.getDescription());
    }
}
