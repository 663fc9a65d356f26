package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
    @TempDir private Path folder;
    private Shell shell;

    @BeforeEach
    void open() {
        shell = new Shell(folder);
    }

    @Test
    void without_a_verb_the_verbs_and_exit_codes_are_listed() {
        Shell.Answer answer = shell.type();

        assertThat(answer.code()).isZero();
        assertThat(answer.out())
                .contains(
                        "train",
                        "explain",
                        "coordinator",
                        "worker",
                        "submit",
                        "runs",
                        "workers",
                        "watch",
                        "cancel")
                .contains("export", "predict", "doctor", "130 interrupted");
    }

    @Test
    void every_verb_explains_itself() {
        for (String verb :
                new String[] {
                    "train",
                    "explain",
                    "coordinator",
                    "worker",
                    "submit",
                    "runs",
                    "workers",
                    "watch",
                    "cancel",
                    "export",
                    "predict",
                    "doctor"
                }) {
            Shell.Answer byHelp = shell.type("help", verb);
            Shell.Answer byFlag = shell.type(verb, "--help");

            assertThat(byHelp.code()).as(verb).isZero();
            assertThat(byFlag).as(verb).isEqualTo(byHelp);
            assertThat(byFlag.out()).startsWith("Usage: shoal " + verb);
            assertThat(byFlag.out().lines()).as(verb).allMatch(line -> line.length() <= 80);
        }
    }

    @Test
    void the_flags_of_a_run_stand_in_a_table_that_no_terminal_breaks() {
        assertThat(shell.type("train", "--help").out())
                .contains(
                        "\n  --workers N|MIN:MAX                   processes; never",
                        "\n  --ranks R                             logical ranks, ")
                .doesNotContain("\nof a model", "\nthe name", "\nnewest");
    }

    @Test
    void a_misspelt_verb_or_flag_is_a_user_error_that_names_the_nearest() {
        Shell.Answer verb = shell.type("trian");
        Shell.Answer flag = shell.type("runs", "--cordinator", "x");

        assertThat(verb.code()).isEqualTo(2);
        assertThat(verb.err()).contains("trian", "train");
        assertThat(flag.code()).isEqualTo(2);
        assertThat(flag.err()).contains("--cordinator", "--coordinator", "shoal runs --help");
    }

    @Test
    void the_version_is_a_line() {
        assertThat(shell.type("version").out()).startsWith("shoal 0.").contains(", Java ");
        assertThat(shell.type("--version").out()).startsWith("shoal 0.");
    }

    @Test
    void without_a_coordinator_the_flag_and_the_variable_are_named() {
        Shell.Answer answer = shell.type("runs");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .isEqualTo(
                        "shoal: --coordinator: no coordinator is named. Pass --coordinator"
                                + " HOST:PORT or set SHOAL_COORDINATOR; `shoal train` needs"
                                + " none\n");
    }

    @Test
    void an_address_without_a_port_is_a_user_error_wherever_it_came_from() {
        Shell.Answer byFlag = shell.type("runs", "--coordinator", "localhost");
        Shell.Answer byVariable = shell.with("SHOAL_COORDINATOR", "localhost").type("runs");

        assertThat(byFlag.code()).isEqualTo(2);
        assertThat(byFlag.err()).startsWith("shoal: --coordinator: 'localhost' is no address");
        assertThat(byVariable.code()).isEqualTo(2);
        assertThat(byVariable.err()).startsWith("shoal: SHOAL_COORDINATOR: 'localhost' is no");
    }

    @Test
    void a_token_that_is_not_there_or_none_is_a_user_error_and_says_where_tokens_are()
            throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "secret");
        shell.with("SHOAL_COORDINATOR", "127.0.0.1:1");

        Shell.Answer none = shell.type("runs");
        Shell.Answer missing = shell.type("runs", "--token-file", "nowhere");
        Shell.Answer wrong = shell.type("runs", "--token-file", empty.toString());

        Files.createDirectory(folder.resolve("folder"));
        Shell.Answer unreadable = shell.type("runs", "--token-file", "folder");
        Shell.Answer worker = shell.type("worker", "--token-file", "nowhere");

        String remedy = "in the tokens folder of the coordinator's data folder\n";
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err())
                .startsWith("shoal: --token-file: no token is given")
                .endsWith(remedy);
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.err())
                .startsWith("shoal: --token-file nowhere: there is no such file")
                .endsWith(remedy);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("holds no token", "this text has 6 characters")
                .doesNotContain("secret");
        assertThat(unreadable.code()).isEqualTo(2);
        assertThat(unreadable.err())
                .startsWith("shoal: --token-file folder: it cannot be read: ")
                .endsWith(remedy);
        assertThat(worker).isEqualTo(missing);
    }

    @Test
    void a_coordinator_that_is_not_there_ends_with_4_and_names_the_variable() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "shoal_" + "0".repeat(64) + "\n");

        Shell.Answer answer =
                shell.with("SHOAL_COORDINATOR", "127.0.0.1:1")
                        .with("SHOAL_TOKEN_FILE", token.toString())
                        .type("runs");

        assertThat(answer.code()).isEqualTo(4);
        assertThat(answer.err())
                .startsWith(
                        "shoal: no coordinator answers at 127.0.0.1:1 (from SHOAL_COORDINATOR)");
    }

    @Test
    void a_device_that_is_none_or_cannot_be_had_is_a_user_error_that_names_what_is_missing()
            throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "shoal_" + "0".repeat(64) + "\n");
        shell.with("SHOAL_COORDINATOR", "127.0.0.1:1").with("SHOAL_TOKEN_FILE", token.toString());

        Shell.Answer odd = shell.type("worker", "--device", "gpu");
        Shell.Answer beyond = shell.type("worker", "--device", "cuda:9999");

        assertThat(odd.code()).isEqualTo(2);
        assertThat(odd.err())
                .isEqualTo(
                        "shoal: --device: is 'gpu', expected cuda:N with N from 0. Example:"
                                + " --device cuda:0\n");
        assertThat(beyond.code()).isEqualTo(2);
        assertThat(beyond.err())
                .startsWith("shoal: --device: ")
                .containsPattern("needs libcuda.so.1|needs libnccl.so.2|is cuda:9999, but ")
                .contains("leave --device out");
    }

    @Test
    void peers_off_loopback_and_odd_addresses_are_user_errors_that_name_the_flag()
            throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "shoal_" + "0".repeat(64) + "\n");
        shell.with("SHOAL_COORDINATOR", "127.0.0.1:1").with("SHOAL_TOKEN_FILE", token.toString());

        Shell.Answer open = shell.type("worker", "--peer-listen", "0.0.0.0:0");
        Shell.Answer odd = shell.type("worker", "--advertise", "somewhere");
        Shell.Answer wait = shell.type("worker", "--join-wait", "-1");
        Shell.Answer rounds = shell.type("doctor", "--exchange", "--rounds", "0");

        assertThat(wait)
                .isEqualTo(
                        new Shell.Answer(
                                2, "", "shoal: --join-wait: is -1, expected 0 to 86400 seconds\n"));
        assertThat(open.code()).isEqualTo(2);
        assertThat(open.err())
                .startsWith("shoal: --peer-listen: is 0.0.0.0:0, and without encryption")
                .contains("--tls on", "ssh -L");
        assertThat(odd.code()).isEqualTo(2);
        assertThat(odd.err()).startsWith("shoal: --advertise: 'somewhere' is no address");
        assertThat(rounds.code()).isEqualTo(2);
        assertThat(rounds.err()).startsWith("shoal: --rounds: is 0, expected 1 to 1000");
    }

    @Test
    void a_name_that_no_run_can_have_is_a_user_error() {
        Shell.Answer answer = shell.type("watch", "../x");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("'../x' is no name of a run");
    }
}
