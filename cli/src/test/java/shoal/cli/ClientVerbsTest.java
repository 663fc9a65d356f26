package shoal.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.cli.client.Events;
import shoal.cli.client.FakeCoordinator;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;
import shoal.proto.v1.WorkerSummary;

final class ClientVerbsTest {
    @TempDir private Path folder;
    private FakeCoordinator coordinator;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        coordinator = new FakeCoordinator();
        shell = new Shell(folder).at(coordinator, folder.resolve("token"));
    }

    @AfterEach
    void stop() {
        coordinator.close();
    }

    @Test
    void runs_lists_them_and_says_where_there_are_none() {
        Shell.Answer none = shell.type("runs");
        coordinator.runs.add(
                RunSummary.newBuilder()
                        .setName("a1")
                        .setStatus(RunStatus.DONE)
                        .setStep(30)
                        .setSteps(30)
                        .build());
        Shell.Answer one = shell.type("runs");
        Shell.Answer json = shell.type("runs", "-o", "json");

        assertThat(none)
                .isEqualTo(new Shell.Answer(0, "", "no runs yet; `shoal submit` adds one\n"));
        assertThat(one.out()).startsWith("NAME  STATUS  STEP").contains("a1    done    30/30");
        assertThat(json.out()).contains("\"name\": \"a1\"", "\"step\": 30", "\"steps\": 30");
    }

    @Test
    void workers_lists_them_and_says_how_to_start_the_first() {
        Shell.Answer none = shell.type("workers");
        coordinator.description =
                DescribeReply.newBuilder()
                        .addWorkers(
                                WorkerSummary.newBuilder()
                                        .setName("w1")
                                        .setHost("there")
                                        .setLanes(2)
                                        .setRun("a1")
                                        .setIndex(0))
                        .build();
        Shell.Answer one = shell.type("workers");
        Shell.Answer json = shell.type("workers", "-o", "json");

        assertThat(none.code()).isZero();
        assertThat(none.err()).startsWith("no workers yet; start one").endsWith("...\n");
        assertThat(one.code()).isZero();
        assertThat(one.out())
                .startsWith("NAME  STATUS  RUN  INDEX  HOST")
                .contains("w1    busy    a1   0      there  2");
        assertThat(json.out()).contains("\"name\": \"w1\"", "\"run\": \"a1\"");
    }

    @Test
    void a_token_that_the_coordinator_does_not_know_ends_with_4() throws IOException {
        String foreign = "shoal_" + "0".repeat(64) + "\n";
        Files.writeString(folder.resolve("foreign"), foreign);

        Shell.Answer answer = shell.type("runs", "--token-file", "foreign");

        assertThat(answer.code()).isEqualTo(4);
        assertThat(answer.err())
                .contains("refused the token from --token-file foreign: this coordinator does not");
    }

    @Test
    void watching_a_run_that_is_done_ends_with_0_and_its_results() {
        coordinator.plays(
                Events.status(1, RunStatus.RUNNING, ""),
                Events.row(2, "loss", 0.5),
                Events.row(3, "eval_loss", 0.25),
                Events.status(4, RunStatus.DONE, ""));

        Shell.Answer answer = shell.type("watch", "run/a1");

        assertThat(answer)
                .isEqualTo(
                        new Shell.Answer(
                                0,
                                """
                                {'loss': 0.5}
                                {'eval_loss': 0.25}
                                eval_loss  0.2500
                                model      at the coordinator; fetch it: shoal export a1 --to DIR
                                """,
                                ""));
    }

    @Test
    void a_run_that_failed_ends_its_watcher_with_1() {
        coordinator.plays(Events.failed(1, false, "step 7: the gradient of layer 3 is NaN"));

        assertThat(shell.type("watch", "a1"))
                .isEqualTo(
                        new Shell.Answer(
                                1,
                                "",
                                """
                                shoal: run a1 failed
                                shoal: step 7: the gradient of layer 3 is NaN
                                """));
    }

    @Test
    void a_run_whose_files_are_at_fault_ends_its_watcher_with_2() {
        coordinator.plays(Events.failed(1, true, "train.tsv:3: the label is 9"));

        assertThat(shell.type("watch", "a1"))
                .isEqualTo(
                        new Shell.Answer(
                                2,
                                "",
                                "shoal: run a1 failed\nshoal: train.tsv:3: the label is 9\n"));
    }

    @Test
    void a_cancelled_run_ends_its_watcher_with_3() {
        coordinator.plays(Events.status(1, RunStatus.CANCELLED, "cancelled by its user"));

        assertThat(shell.type("watch", "a1"))
                .isEqualTo(
                        new Shell.Answer(
                                3, "", "shoal: run a1 was cancelled: cancelled by its user\n"));
    }

    @Test
    void a_reason_that_says_cancelled_is_not_said_twice() {
        coordinator.plays(Events.status(1, RunStatus.CANCELLED, "cancelled: wrong data"));

        assertThat(shell.type("watch", "a1").err())
                .isEqualTo("shoal: run a1 was cancelled: wrong data\n");
    }

    @Test
    void cancel_tells_the_coordinator_why() {
        Shell.Answer answer = shell.type("cancel", "a1", "--reason", "wrong data");

        assertThat(answer).isEqualTo(new Shell.Answer(0, "run/a1 cancelled\n", ""));
        assertThat(coordinator.cancelled).hasSize(1);
        assertThat(coordinator.cancelled.get(0).getReason()).isEqualTo("wrong data");
    }

    @Test
    void export_fetches_the_folder() {
        coordinator.results.put("config.json", "{}".getBytes(UTF_8));

        Shell.Answer answer = shell.type("export", "a1", "--to", "fetched/here");

        assertThat(answer.code()).isZero();
        assertThat(answer.out()).isEqualTo("fetched/here: 2 bytes of run a1\n");
        assertThat(folder.resolve("fetched/here/config.json")).hasContent("{}");
    }

    @Test
    void export_to_a_file_is_a_user_error() throws IOException {
        Files.writeString(folder.resolve("taken"), "x");

        Shell.Answer answer = shell.type("export", "a1", "--to", "taken");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).isEqualTo("shoal: --to: taken is a file; name a folder\n");
    }

    @Test
    void a_bug_ends_with_70_its_version_and_its_trace() {
        coordinator.runs.add(RunSummary.newBuilder().setName("a1").build());
        shell.withClock(
                () -> {
                    throw new IllegalStateException("the clock is broken");
                });

        Shell.Answer answer = shell.type("runs");

        assertThat(answer.code()).isEqualTo(70);
        assertThat(answer.err())
                .startsWith("shoal: this is a bug in Shoal 0.")
                .contains("the clock is broken", "at shoal.cli.RunsCommand.call");
    }
}
