package shoal.cli.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.grpc.Status;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.cli.outcome.CommandException;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.Demand;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.recipe.ErrorCode;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Token;

final class CoordinatorClientTest {
    private static final Demand ONE =
            Demand.newBuilder().setLeastWorkers(1).setMostWorkers(1).build();

    @TempDir private Path folder;
    private FakeCoordinator coordinator;
    private CoordinatorClient client;

    @BeforeEach
    void start() throws IOException {
        coordinator = new FakeCoordinator();
        client = CoordinatorClient.open(coordinator.connection(), note -> {});
    }

    @AfterEach
    void stop() {
        client.close();
        coordinator.close();
    }

    @Test
    void a_submission_sends_only_what_the_coordinator_lacks() throws IOException {
        byte[] weights = new byte[1_000_001];
        new Random(7).nextBytes(weights);
        JobFile model = file("model.safetensors", weights, Artefact.Role.MODEL_FILE);
        JobFile rows = file("train.tsv", "1\tgood\n".getBytes(UTF_8), Artefact.Role.TRAIN_ROWS);
        List<Long> moved = new ArrayList<>();
        Submission submission =
                new Submission(client, (done, all) -> moved.add(done * 10_000_000 + all));

        String first = submission.submit("a1", "{}", List.of(model, rows), ONE, Optional.empty());
        int sent = moved.size();
        String second = submission.submit("", "{}", List.of(model, rows), ONE, Optional.empty());

        assertThat(first).isEqualTo("a1");
        assertThat(second).isEqualTo("brave-cod");
        assertThat(coordinator.stored.values())
                .containsExactly(weights, "1\tgood\n".getBytes(UTF_8));
        assertThat(moved).hasSize(sent).last().isEqualTo(1_000_008L * 10_000_000 + 1_000_008);
        assertThat(coordinator.submitted.get(1).getArtefactsList())
                .extracting(Artefact::getName)
                .containsExactly("model.safetensors", "train.tsv");
    }

    @Test
    void two_files_of_one_content_are_sent_once() throws IOException {
        JobFile train = file("train.tsv", "1\tgood\n".getBytes(UTF_8), Artefact.Role.TRAIN_ROWS);
        JobFile dev = file("dev.tsv", "1\tgood\n".getBytes(UTF_8), Artefact.Role.EVALUATION_ROWS);

        new Submission(client, (done, all) -> assertThat(all).isEqualTo(7))
                .submit("a1", "{}", List.of(train, dev), ONE, Optional.empty());

        assertThat(coordinator.stored).hasSize(1);
        assertThat(coordinator.submitted.get(0).getArtefactsCount()).isEqualTo(2);
    }

    @Test
    void an_empty_file_is_sent_too() throws IOException {
        JobFile empty = file("merges.txt", new byte[0], Artefact.Role.MODEL_FILE);

        new Submission(client, (done, all) -> {})
                .submit("a1", "{}", List.of(empty), ONE, Optional.empty());

        assertThat(coordinator.stored.values()).containsExactly(new byte[0]);
    }

    @Test
    void a_refused_run_is_a_user_error_in_the_coordinators_words() {
        coordinator.refuses(Status.ALREADY_EXISTS.withDescription("there is a run a1 already"));

        assertEnds(
                () ->
                        new Submission(client, (done, all) -> {})
                                .submit("a1", "{}", List.of(), ONE, Optional.empty()),
                ErrorCode.USER,
                "there is a run a1 already");
    }

    @Test
    void a_coordinator_that_is_not_there_is_named_with_where_the_address_came_from()
            throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        Connection nowhere =
                new Connection(
                        new Access(new HostPort("127.0.0.1", free), coordinator.token()),
                        "SHOAL_COORDINATOR",
                        "SHOAL_TOKEN_FILE t");

        try (CoordinatorClient lost = CoordinatorClient.open(nowhere, note -> {})) {
            assertEnds(
                    lost::runs,
                    ErrorCode.CLUSTER_UNREACHABLE,
                    "no coordinator answers at 127.0.0.1:"
                            + free
                            + " (from SHOAL_COORDINATOR). Correct the address, or start one there:"
                            + " shoal coordinator --data DIR --listen HOST:PORT");
        }
    }

    @Test
    void a_foreign_token_is_refused_with_where_it_came_from() {
        Connection stranger =
                new Connection(
                        new Access(coordinator.address(), Token.create(new SecureRandom())),
                        "--coordinator",
                        "--token-file old/submit");

        try (CoordinatorClient refused = CoordinatorClient.open(stranger, note -> {})) {
            assertEnds(
                    refused::runs,
                    ErrorCode.CLUSTER_UNREACHABLE,
                    "the coordinator at "
                            + coordinator.address()
                            + " refused the token from --token-file old/submit: this coordinator"
                            + " does not know this token; it has made its own, see its tokens"
                            + " folder");
        }
    }

    @Test
    void a_run_is_followed_over_a_restart_and_no_event_is_heard_twice() {
        coordinator.plays(Events.status(1, RunStatus.RUNNING, ""), Events.row(2, "loss", 0.5));
        coordinator.plays(
                Events.status(1, RunStatus.RUNNING, ""),
                Events.row(2, "loss", 0.5),
                Events.row(3, "loss", 0.25),
                Events.status(4, RunStatus.DONE, ""));
        List<Long> heard = new ArrayList<>();

        RunStatus end =
                new RunFollower(client, "a1", event -> heard.add(event.getSequence()))
                        .follow()
                        .getStatus();

        assertThat(end).isEqualTo(RunStatus.DONE);
        assertThat(heard).containsExactly(1L, 2L, 3L, 4L);
        assertThat(coordinator.watchedAfter).containsExactly(0L, 2L);
    }

    @Test
    void a_coordinator_that_goes_away_behind_a_submission_is_waited_for() {
        coordinator.plays();
        coordinator.plays(Events.status(1, RunStatus.DONE, ""));

        assertThat(RunFollower.ofAccepted(client, "a1", event -> {}).follow().getStatus())
                .isEqualTo(RunStatus.DONE);
    }

    @Test
    void following_a_run_that_is_not_there_ends_at_once() {
        assertEnds(
                () -> new RunFollower(client, "a1", (RunEvent event) -> {}).follow(),
                ErrorCode.USER,
                "no run a1");
    }

    @Test
    void a_result_arrives_whole_and_replaces_only_its_own_files() throws IOException {
        byte[] weights = new byte[12_345];
        new Random(8).nextBytes(weights);
        coordinator.results.put("model.safetensors", weights);
        coordinator.results.put("runs/log.txt", "x".getBytes(UTF_8));
        Path target = folder.resolve("output");
        Files.createDirectories(target);
        Files.writeString(target.resolve("model.safetensors"), "old");
        Files.writeString(target.resolve("mine.txt"), "mine");

        long bytes = new ResultDownload(client, "a1").into(target, (done, all) -> {});

        assertThat(bytes).isEqualTo(12_346);
        assertThat(target.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(target.resolve("runs/log.txt")).hasContent("x");
        assertThat(target.resolve("mine.txt")).hasContent("mine");
        assertThat(folder).isDirectoryNotContaining("glob:**/.shoal-*");
    }

    @Test
    void a_result_that_changed_on_its_way_leaves_nothing_behind() {
        coordinator.results.put("config.json", "{}".getBytes(UTF_8));
        coordinator.corruptsResults();
        Path target = folder.resolve("output");

        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> new ResultDownload(client, "a1").into(target, (d, a) -> {}))
                .withMessageContaining("config.json arrived with 2 bytes and SHA-256")
                .withMessageEndingWith("Nothing was written; try again");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_path_that_leads_out_of_the_folder_is_refused() {
        coordinator.results.put("../config.json", "{}".getBytes(UTF_8));

        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(
                        () ->
                                new ResultDownload(client, "a1")
                                        .into(folder.resolve("output"), (d, a) -> {}))
                .withMessageContaining("'../config.json', outside the result");
        assertThat(folder).isEmptyDirectory();
    }

    private JobFile file(String name, byte[] content, Artefact.Role role) throws IOException {
        return new JobFile(role, name, Files.write(folder.resolve(name), content));
    }

    private static void assertEnds(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
            ErrorCode code,
            String message) {
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(call)
                .withMessage(message)
                .extracting(CommandException::code)
                .isEqualTo(code);
    }
}
