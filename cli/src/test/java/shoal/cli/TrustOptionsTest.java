package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.cli.client.FakeCoordinator;

/** How the flags about encryption are read, and what they refuse before anything is dialled. */
final class TrustOptionsTest {
    private static final String PIN = "sha256:" + "ab".repeat(32);

    @TempDir private Path folder;
    private FakeCoordinator plain;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        plain = new FakeCoordinator();
        shell = new Shell(folder).at(plain, folder.resolve("token"));
    }

    @AfterEach
    void stop() {
        plain.close();
    }

    @Test
    void a_token_does_not_leave_the_host_unencrypted() {
        Shell.Answer answer = shell.type("runs", "--coordinator", "192.0.2.1:7461");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .startsWith("shoal: --coordinator 192.0.2.1:7461: is not on this host")
                .contains("Pass --ca-fingerprint")
                .contains("ssh -N -L 7461:127.0.0.1:7461 192.0.2.1");
    }

    @Test
    void a_coordinator_that_does_not_encrypt_is_not_trusted() {
        Shell.Answer flag = shell.type("runs", "--ca-fingerprint", PIN);
        Shell.Answer variable = shell.with("SHOAL_CA_FINGERPRINT", PIN).type("runs");

        assertThat(flag.code()).isEqualTo(4);
        assertThat(flag.err())
                .isEqualTo(
                        "shoal: the coordinator at "
                                + plain.address()
                                + " is not trusted: what answers there does not use TLS\n");
        assertThat(variable).isEqualTo(flag);
    }

    @Test
    void a_fingerprint_that_is_none_is_refused_with_its_form() {
        Shell.Answer answer = shell.type("runs", "--ca-fingerprint", "sha256:12");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .startsWith("shoal: --ca-fingerprint: is 'sha256:12': a fingerprint is");
    }

    @Test
    void files_that_are_no_certificates_are_refused() throws IOException {
        Files.writeString(folder.resolve("empty.pem"), "");
        Files.writeString(folder.resolve("text.pem"), "no certificate\n");

        assertThat(shell.type("runs", "--ca-file", "none.pem").err())
                .isEqualTo("shoal: --ca-file none.pem: there is no such file. Correct the path.\n");
        assertThat(shell.type("runs", "--ca-file", "empty.pem").err())
                .startsWith("shoal: --ca-file empty.pem: holds no certificate");
        assertThat(shell.type("runs", "--ca-file", "text.pem").code()).isEqualTo(2);
    }

    @Test
    void both_ways_to_say_it_are_one_too_many() {
        Shell.Answer answer = shell.type("runs", "--ca-fingerprint", PIN, "--ca-file", "ca.pem");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("Leave one of them out");
    }

    @Test
    void half_a_certificate_and_contradictions_are_named_at_once() {
        Shell.Answer answer =
                shell.type(
                        "coordinator", "--data", "data", "--tls", "off", "--tls-cert", "host.pem");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .contains("shoal: --tls-cert: needs --tls-key too")
                .contains("shoal: --tls off: contradicts the other --tls flags");
        assertThat(folder.resolve("data")).doesNotExist();
    }
}
