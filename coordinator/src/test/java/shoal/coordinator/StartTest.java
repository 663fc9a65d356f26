package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.proto.v1.DescribeRequest;
import shoal.proto.v1.ListRequest;
import shoal.recipe.MachineException;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Token;

/** What a coordinator makes, checks and refuses at its start. */
final class StartTest {
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

    @TempDir Path folder;

    @Test
    void the_first_start_makes_tokens_that_only_their_owner_reads() throws IOException {
        Path data = folder.resolve("data");
        String made;
        try (Coordinator coordinator = start(data)) {
            for (Scope scope : Scope.values()) {
                Path file = coordinator.tokenFile(scope);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
                assertThat(Files.readString(file)).matches("shoal_[0-9a-f]{64}\n");
            }
            assertThat(coordinator.joinLine())
                    .isEqualTo(
                            "shoal worker --coordinator "
                                    + coordinator.address()
                                    + " --token-file "
                                    + data.toAbsolutePath().resolve("tokens/worker"));
            made = Files.readString(coordinator.tokenFile(Scope.READ));
        }

        try (Coordinator coordinator = start(data);
                TestClient client = TestClient.of(coordinator, Scope.READ)) {
            assertThat(Files.readString(coordinator.tokenFile(Scope.READ))).isEqualTo(made);
            assertThat(client.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                    .isZero();
        }
        assertThat(
                        new String(
                                Files.readAllBytes(data.resolve("coordinator.db")),
                                StandardCharsets.ISO_8859_1))
                .doesNotContain(made.strip());
    }

    @Test
    void two_coordinators_do_not_share_a_folder() {
        Path data = folder.resolve("data");
        try (Coordinator first = start(data)) {
            assertThatThrownBy(() -> start(data))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "--data "
                                    + data
                                    + ": is in use by another coordinator. Stop that one, or give"
                                    + " this one a folder of its own with --data.");
            assertThat(first.address().port()).isPositive();
        }
        start(data).close();
    }

    @Test
    void a_port_that_is_taken_is_named_with_the_remedy() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());

            assertThatThrownBy(() -> start(folder.resolve("a"), address, Optional.empty()))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("--listen " + address + ": cannot be listened on")
                    .hasMessageContaining("choose another port with --listen");
            assertThatThrownBy(() -> start(folder.resolve("b"), ANY_PORT, Optional.of(address)))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("--http " + address)
                    .hasMessageContaining("--http off");
        }
        start(folder.resolve("a")).close();
        start(folder.resolve("b")).close();
    }

    @Test
    void health_is_served_where_asked() throws IOException, InterruptedException {
        try (Coordinator coordinator =
                start(folder.resolve("data"), ANY_PORT, Optional.of(ANY_PORT))) {
            HostPort http = coordinator.httpAddress().orElseThrow();

            assertThat(status(http, "/healthz")).isEqualTo(200);
            assertThat(status(http, "/readyz")).isEqualTo(200);
            assertThat(status(http, "/")).isEqualTo(404);
        }
        try (Coordinator coordinator = start(folder.resolve("data"))) {
            assertThat(coordinator.httpAddress()).isEmpty();
        }
    }

    @Test
    void why_an_earlier_coordinator_ended_is_told_until_one_ends_as_it_is_told()
            throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        start(data).close();
        Files.writeString(data.resolve("last-end"), "2026-01-02T03:04:05Z, the store: full\n");
        String words =
                "the coordinator before this one ended: 2026-01-02T03:04:05Z, the store: full";

        try (Coordinator coordinator = start(data, ANY_PORT, Optional.of(ANY_PORT));
                TestClient client = TestClient.of(coordinator, Scope.READ)) {
            assertThat(get(coordinator.httpAddress().orElseThrow(), "/readyz").body())
                    .isEqualTo("ok\n" + words + "\n");
            assertThat(
                            client.runs()
                                    .describe(DescribeRequest.getDefaultInstance())
                                    .getRemarksList())
                    .containsExactly(words);
        }

        assertThat(data.resolve("last-end")).doesNotExist();
    }

    @Test
    void a_coordinator_that_cannot_go_on_leaves_word_of_why() {
        Path file = folder.resolve("last-end");
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        List<Throwable> ended = new ArrayList<>();
        LastEnd end = LastEnd.after(file, clock, ended::add);
        assertThat(end.earlier()).isEmpty();

        end.end(new IllegalStateException("two runs have one worker"));

        assertThat(ended).hasSize(1);
        assertThat(LastEnd.after(file, clock, ended::add).earlier())
                .contains(
                        "1970-01-01T00:00:00Z, a bug in what all runs share:"
                                + " java.lang.IllegalStateException: two runs have one worker");
    }

    @Test
    void a_token_whose_file_was_deleted_is_not_valid_after_the_next_start() throws IOException {
        Path data = folder.resolve("data");
        Token old;
        try (Coordinator coordinator = start(data)) {
            old = TestClient.token(coordinator.tokenFile(Scope.READ));
            Files.delete(coordinator.tokenFile(Scope.READ));
        }

        try (Coordinator coordinator = start(data);
                TestClient before = new TestClient(coordinator.address(), old);
                TestClient now = TestClient.of(coordinator, Scope.READ)) {
            assertThat(now.runs().list(ListRequest.getDefaultInstance()).getRunsCount()).isZero();
            assertThatThrownBy(() -> before.runs().list(ListRequest.getDefaultInstance()))
                    .hasMessageContaining("does not know this token");
        }
    }

    @Test
    void a_token_is_revoked_while_the_coordinator_runs_and_ends_what_it_opened() throws Exception {
        try (Coordinator coordinator = start(folder.resolve("data"));
                FakeWorker worker = FakeWorker.join(coordinator);
                TestClient before = TestClient.of(coordinator, Scope.READ)) {
            assertThat(before.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                    .isZero();
            Files.delete(coordinator.tokenFile(Scope.READ));
            Files.delete(coordinator.tokenFile(Scope.WORKER));

            coordinator.reloadTokens();

            assertThat(worker.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            assertThat(worker.end().getDescription()).contains("this token was revoked");
            assertThatThrownBy(() -> before.runs().list(ListRequest.getDefaultInstance()))
                    .hasMessageContaining("does not know this token");
            try (TestClient now = TestClient.of(coordinator, Scope.READ);
                    FakeWorker again = FakeWorker.join(coordinator)) {
                assertThat(now.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                        .isZero();
                again.awaitHeartbeat();
            }
        }
    }

    @Test
    void tokens_that_cannot_be_read_again_stay_as_they_are() throws IOException {
        try (Coordinator coordinator = start(folder.resolve("data"));
                TestClient reader = TestClient.of(coordinator, Scope.READ)) {
            Files.writeString(coordinator.tokenFile(Scope.SUBMIT), "no token");

            coordinator.reloadTokens();

            assertThat(reader.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                    .isZero();
        }
    }

    @Test
    void one_token_in_two_files_is_refused() throws IOException {
        Path data = folder.resolve("data");
        try (Coordinator coordinator = start(data)) {
            Files.copy(
                    coordinator.tokenFile(Scope.ADMIN),
                    coordinator.tokenFile(Scope.READ),
                    StandardCopyOption.REPLACE_EXISTING);
        }

        assertThatThrownBy(() -> start(data))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds the token of admin, but a token has one scope");
    }

    @Test
    void what_the_disk_refuses_or_has_damaged_is_the_machines_fault() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Path damaged = folder.resolve("damaged");
        start(damaged).close();
        Files.writeString(damaged.resolve("coordinator.db"), "no database ".repeat(900));
        Path blocked = folder.resolve("blocked");
        Files.createDirectories(blocked.resolve("tokens/admin.new/full"));
        Path noTokens = folder.resolve("no-tokens");
        Files.createDirectories(noTokens);
        Files.writeString(noTokens.resolve("tokens"), "");

        assertThatThrownBy(() -> start(file.resolve("below")))
                .isInstanceOf(MachineException.class)
                .hasMessageStartingWith("--data " + file.resolve("below") + ": cannot be used");
        assertThatThrownBy(() -> start(damaged))
                .isInstanceOf(MachineException.class)
                .hasMessageStartingWith(damaged.resolve("coordinator.db") + ": is no database");
        assertThatThrownBy(() -> start(blocked))
                .isInstanceOf(MachineException.class)
                .hasMessageStartingWith(blocked.resolve("tokens/admin") + ": cannot be written");
        assertThatThrownBy(() -> start(noTokens))
                .isInstanceOf(MachineException.class)
                .hasMessageStartingWith(noTokens.resolve("tokens") + ": cannot be made");
    }

    private static int status(HostPort http, String path) throws IOException, InterruptedException {
        return get(http, path).statusCode();
    }

    private static HttpResponse<String> get(HostPort http, String path)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + http + path)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static Coordinator start(Path data) {
        return start(data, ANY_PORT, Optional.empty());
    }

    private static Coordinator start(Path data, HostPort listen, Optional<HostPort> http) {
        return Coordinator.start(new CoordinatorSettings(data, listen, http));
    }
}
