package shoal.cli.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.cli.outcome.CommandException;
import shoal.proto.v1.RunSummary;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.ErrorCode;
import shoal.wire.Access;
import shoal.wire.Busy;
import shoal.wire.HostPort;

/** Coordinators that answer late, at the second time or not at all, and what is no coordinator. */
final class RepeatedCallsTest {
    private static final Patience SHORT =
            new Patience(Duration.ofMillis(500), Duration.ofMillis(1_700));

    /** Long enough for a machine that is busy: no test waits for it. */
    private static final Patience LONG =
            new Patience(Duration.ofSeconds(1), Duration.ofSeconds(60));

    @TempDir private Path folder;
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
    private FakeCoordinator coordinator;
    private CoordinatorClient client;

    @BeforeEach
    void start() throws IOException {
        coordinator = new FakeCoordinator();
        coordinator.runs.add(RunSummary.newBuilder().setName("a1").build());
        try (CoordinatorClient first =
                CoordinatorClient.open(coordinator.connection(), note -> {})) {
            assertThat(first.runs()).hasSize(1); // a JVM's first connection takes its time
        }
        coordinator.mishaps.called.clear();
        client = CoordinatorClient.open(coordinator.connection(), LONG, notes::add);
    }

    @AfterEach
    void stop() {
        client.close();
        coordinator.close();
    }

    @Test
    void a_question_whose_answer_is_lost_is_asked_again() {
        coordinator.mishaps.losesAnswer("List");

        assertThat(client.runs()).hasSize(1);

        assertThat(coordinator.mishaps.called).containsExactly("List", "List");
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("note: connected to the coordinator at " + coordinator.address())
                .contains(", and no answer about the list of runs in ")
                .containsPattern("; asking again, for [0-9]+ s more");
    }

    @Test
    void a_coordinator_that_never_answers_is_told_from_one_that_is_not_there() {
        for (int i = 0; i < 100; i++) {
            coordinator.mishaps.losesAnswer("List");
        }
        try (CoordinatorClient hurried =
                CoordinatorClient.open(coordinator.connection(), SHORT, notes::add)) {
            CommandException end = failure(hurried::runs);

            assertThat(end.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
            assertThat(end)
                    .hasMessageMatching(
                            "connected to the coordinator at .*, and no answer about the list of"
                                    + " runs in [0-9]+ s\\. It or its machine is busy, or it hangs:"
                                    + " try again later, and look at its log and its machine's"
                                    + " load");
            assertThat(coordinator.mishaps.called).hasSizeGreaterThan(1);
        }
    }

    @Test
    void a_submission_whose_answer_is_lost_is_sent_again_under_one_id() {
        coordinator.mishaps.losesAnswer("Submit");

        String name = client.submit(SubmitRequest.getDefaultInstance());
        client.submit(SubmitRequest.getDefaultInstance());

        assertThat(name).isEqualTo("brave-cod");
        assertThat(coordinator.submitted).hasSize(3);
        List<String> ids = coordinator.submitted.stream().map(SubmitRequest::getRequestId).toList();
        assertThat(ids.get(0)).matches("[0-9a-f]{32}").isEqualTo(ids.get(1));
        assertThat(ids.get(2)).matches("[0-9a-f]{32}").isNotEqualTo(ids.get(0));
    }

    @Test
    void who_gives_up_a_submission_says_that_the_run_may_be_there() {
        for (int i = 0; i < 100; i++) {
            coordinator.mishaps.losesAnswer("Submit");
        }
        try (CoordinatorClient hurried =
                CoordinatorClient.open(coordinator.connection(), SHORT, notes::add)) {
            assertThat(failure(() -> hurried.submit(SubmitRequest.getDefaultInstance())))
                    .hasMessageEndingWith(
                            ". The run may have been accepted: look at `shoal runs` before you"
                                    + " submit it again");
        }
    }

    @Test
    void a_cancel_whose_answer_is_lost_is_sent_again_under_one_id() {
        coordinator.mishaps.losesAnswer("Cancel");

        client.cancel("a1", "enough");

        assertThat(coordinator.cancelled).hasSize(2);
        assertThat(coordinator.cancelled.get(0)).isEqualTo(coordinator.cancelled.get(1));
        assertThat(coordinator.cancelled.get(0).getRequestId()).matches("[0-9a-f]{32}");
    }

    @Test
    void a_coordinator_that_is_busy_is_asked_when_it_said() {
        Busy busy = new Busy("64 calls are under way", Duration.ofMillis(10));
        coordinator.mishaps.ends("List", 0, busy.asException());
        coordinator.mishaps.ends("List", 0, busy.asException());

        assertThat(client.runs()).hasSize(1);

        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith(
                        "note: the coordinator at "
                                + coordinator.address()
                                + " is busy: 64 calls are under way; retry in 0 s; asking again");
    }

    @Test
    void a_coordinator_that_stays_busy_ends_with_4_and_its_words() {
        for (int i = 0; i < 100; i++) {
            coordinator.mishaps.ends(
                    "List", 0, new Busy("too many", Duration.ofMillis(300)).asException());
        }
        try (CoordinatorClient hurried =
                CoordinatorClient.open(coordinator.connection(), SHORT, notes::add)) {
            CommandException end = failure(hurried::runs);

            assertThat(end.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
            assertThat(end).hasMessageContaining("is busy: too many; retry in 0 s. It was asked");
        }
    }

    @Test
    void what_is_full_is_no_matter_of_waiting() {
        coordinator.refuses(Status.RESOURCE_EXHAUSTED.withDescription("1000 runs wait"));

        CommandException end = failure(() -> client.submit(SubmitRequest.getDefaultInstance()));

        assertThat(end.code()).isEqualTo(ErrorCode.USER);
        assertThat(end).hasMessage("1000 runs wait");
        assertThat(coordinator.mishaps.called).containsExactly("Submit");
    }

    @Test
    void a_coordinator_that_was_there_is_waited_for() {
        assertThat(client.runs()).hasSize(1);
        coordinator.mishaps.ends("List", 0, away());

        assertThat(client.runs()).hasSize(1);

        assertThat(notes).singleElement().asString().contains("was there and is away");
    }

    @Test
    void a_client_that_was_closed_asks_nothing_again() {
        assertThat(client.runs()).hasSize(1);

        client.close();

        CommandException refused = catchThrowableOfType(CommandException.class, client::runs);
        assertThat(refused.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
        assertThat(notes).isEmpty();
    }

    @Test
    void an_upload_that_breaks_off_begins_again() throws IOException {
        Path file = Files.write(folder.resolve("rows.tsv"), "1\tgood\n".getBytes(UTF_8));
        assertThat(client.runs()).hasSize(1);
        coordinator.mishaps.ends("Upload", 0, away());

        new Uploader(client).upload(LocalFile.hash(file), sent -> {});

        assertThat(coordinator.mishaps.called).containsExactly("List", "Upload", "Upload");
        assertThat(coordinator.stored.values()).containsExactly("1\tgood\n".getBytes(UTF_8));
    }

    @Test
    void a_download_that_breaks_off_goes_on_where_it_was() {
        byte[] weights = new byte[10_500];
        new Random(9).nextBytes(weights);
        coordinator.results.put("model.safetensors", weights);
        coordinator.mishaps.ends("Fetch", 3, away());
        coordinator.mishaps.ends("Fetch", 4, away());
        List<Long> moved = Collections.synchronizedList(new ArrayList<>());

        new ResultDownload(client, "a1")
                .into(folder.resolve("output"), (done, all) -> moved.add(done));

        assertThat(folder.resolve("output/model.safetensors")).hasBinaryContent(weights);
        assertThat(moved).isSorted().doesNotHaveDuplicates().last().isEqualTo(10_500L);
        assertThat(coordinator.mishaps.called).containsExactly("Files", "Fetch", "Fetch", "Fetch");
    }

    @Test
    void what_takes_connections_and_says_nothing_is_told_from_what_is_not_there()
            throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                CoordinatorClient lost = CoordinatorClient.open(at(mute), SHORT, notes::add)) {
            CommandException end = failure(lost::runs);

            assertThat(end.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
            assertThat(end)
                    .hasMessageMatching(
                            "127.0.0.1:[0-9]+ takes connections, and says nothing that a"
                                    + " coordinator says, in [0-9]+ s\\. It is a coordinator whose"
                                    + " machine is too busy or frozen, or another program has this"
                                    + " port: look at what listens there");
        }
    }

    @Test
    void what_speaks_another_protocol_is_no_coordinator() throws Exception {
        Thread answers;
        try (ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                CoordinatorClient lost = CoordinatorClient.open(at(web), SHORT, notes::add)) {
            answers = new Thread(() -> answerAll(web), "web");
            answers.start();

            CommandException end = failure(lost::runs);

            assertThat(end)
                    .hasMessageContaining("no coordinator answers at 127.0.0.1:")
                    .hasMessageContaining("what listens there does not speak HTTP/2");
            assertThat(end.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
        }
        answers.join();
    }

    private Connection at(ServerSocket socket) {
        return new Connection(
                new Access(new HostPort("127.0.0.1", socket.getLocalPort()), coordinator.token()),
                "--coordinator",
                "--token-file T");
    }

    private static void answerAll(ServerSocket web) {
        try {
            while (!web.isClosed()) {
                try (Socket caller = web.accept()) {
                    byte[] preface = caller.getInputStream().readNBytes(24);
                    caller.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                    caller.getOutputStream().flush();
                    long rest = caller.getInputStream().transferTo(OutputStream.nullOutputStream());
                    assertThat(preface.length + rest).isPositive();
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static StatusRuntimeException away() {
        return Status.UNAVAILABLE.withDescription("shutting down").asRuntimeException();
    }

    private static CommandException failure(ThrowingCallable call) {
        return catchThrowableOfType(CommandException.class, call);
    }
}
