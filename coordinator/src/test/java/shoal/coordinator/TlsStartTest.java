package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.tls.TlsSettings;
import shoal.proto.v1.ListRequest;
import shoal.recipe.UserException;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.tls.CoordinatorTrust;
import shoal.wire.tls.Fingerprint;

/** What a coordinator makes, keeps and refuses where connections are encrypted. */
final class TlsStartTest {
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
    private static final TlsSettings ON =
            new TlsSettings(TlsSettings.Mode.ON, List.of(), Optional.empty());
    private static final TlsSettings OFF =
            new TlsSettings(TlsSettings.Mode.OFF, List.of(), Optional.empty());

    @TempDir Path folder;

    @Test
    void the_first_start_makes_an_authority_that_only_its_owner_reads() throws IOException {
        try (Coordinator coordinator = start(ON)) {
            Fingerprint pin = coordinator.fingerprint().orElseThrow();

            assertThat(permissions(folder.resolve("data/tls")))
                    .containsEntry("", "rwx------")
                    .containsEntry("ca.pem", "rw-------")
                    .containsEntry("ca-key.pem", "rw-------")
                    .containsEntry("server.pem", "rw-------")
                    .hasSize(4);
            assertThat(coordinator.joinLine())
                    .startsWith("shoal worker --coordinator " + coordinator.address() + " ")
                    .endsWith(" --ca-fingerprint " + pin);
            assertListed(coordinator, pin);
        }
    }

    @Test
    void the_next_start_shows_the_same_certificates() throws IOException {
        String made;
        Fingerprint pin;
        try (Coordinator coordinator = start(ON)) {
            made = Files.readString(folder.resolve("data/tls/server.pem"));
            pin = coordinator.fingerprint().orElseThrow();
        }

        try (Coordinator coordinator = start(ON)) {
            assertThat(Files.readString(folder.resolve("data/tls/server.pem"))).isEqualTo(made);
            assertListed(coordinator, pin);
        }
    }

    @Test
    void a_new_name_brings_a_new_certificate_of_the_same_authority() throws IOException {
        String made;
        Fingerprint pin;
        try (Coordinator coordinator = start(ON)) {
            made = Files.readString(folder.resolve("data/tls/server.pem"));
            pin = coordinator.fingerprint().orElseThrow();
        }
        TlsSettings named =
                new TlsSettings(TlsSettings.Mode.AUTO, List.of("shoal.example"), Optional.empty());

        try (Coordinator coordinator = start(named)) {
            assertThat(Files.readString(folder.resolve("data/tls/server.pem"))).isNotEqualTo(made);
            assertListed(coordinator, pin);
        }
    }

    @Test
    void a_start_that_was_killed_while_it_made_the_authority_leaves_nothing_in_the_way()
            throws IOException {
        Path staged = folder.resolve("data/tls.new");
        Files.createDirectories(staged);
        Files.writeString(staged.resolve("ca-key.pem"), "half a k");

        try (Coordinator coordinator = start(ON)) {
            assertListed(coordinator, coordinator.fingerprint().orElseThrow());
        }
        assertThat(staged).doesNotExist();
    }

    @Test
    void an_authority_that_is_damaged_is_named_and_kept() throws IOException {
        start(ON).close();
        Path certificate = folder.resolve("data/tls/ca.pem");
        Files.writeString(certificate, "");

        assertThatThrownBy(() -> start(ON))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(certificate + ": holds no certificate")
                .hasMessageContaining("or remove the folder");
        assertThat(folder.resolve("data/tls/ca-key.pem")).exists();
    }

    @Test
    void the_users_own_certificate_is_shown_and_its_topmost_pinned() {
        start(ON).close();
        Path server = folder.resolve("data/tls/server.pem");
        TlsSettings own =
                new TlsSettings(
                        TlsSettings.Mode.AUTO,
                        List.of(),
                        Optional.of(new TlsSettings.Own(server, server)));
        CoordinatorSettings settings =
                new CoordinatorSettings(
                        folder.resolve("other"), ANY_PORT, Optional.empty(), own, Optional.empty());

        try (Coordinator coordinator = Coordinator.start(settings)) {
            assertListed(coordinator, coordinator.fingerprint().orElseThrow());
        }
    }

    @Test
    void listening_off_loopback_encrypts() {
        HostPort everywhere = new HostPort("0.0.0.0", 0);

        try (Coordinator coordinator =
                start(everywhere, Optional.of(everywhere), TlsSettings.standard())) {
            HostPort local = new HostPort("127.0.0.1", coordinator.address().port());
            assertListed(coordinator, local, coordinator.fingerprint().orElseThrow());
            assertThat(coordinator.joinLine()).doesNotContain("0.0.0.0");
        }
    }

    @Test
    void listening_off_loopback_without_encryption_is_refused_with_both_remedies() {
        HostPort listen = new HostPort("0.0.0.0", 7461);
        HostPort http = new HostPort("0.0.0.0", 7462);

        assertThatThrownBy(() -> start(listen, Optional.of(http), OFF))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("--listen 0.0.0.0:7461: is not a loopback address")
                .hasMessageContaining("Leave out --tls off")
                .hasMessageContaining("ssh -N -L 7461:127.0.0.1:7461")
                .hasMessageContaining("\n--http 0.0.0.0:7462: is not a loopback address");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void a_name_that_is_none_is_refused() {
        TlsSettings wrong =
                new TlsSettings(TlsSettings.Mode.AUTO, List.of("host:7461"), Optional.empty());

        assertThatThrownBy(() -> start(wrong))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("--tls-name host:7461: is neither a host name nor an IP");
    }

    private static void assertListed(Coordinator coordinator, Fingerprint pin) {
        assertListed(coordinator, coordinator.address(), pin);
    }

    private static void assertListed(Coordinator coordinator, HostPort address, Fingerprint pin) {
        Access access =
                new Access(
                        address,
                        TestClient.token(coordinator.tokenFile(Scope.READ)),
                        Optional.of(CoordinatorTrust.pinned(pin)));
        try (TestClient client = new TestClient(access)) {
            assertThat(client.runs().list(ListRequest.getDefaultInstance()).getRunsCount())
                    .isZero();
        }
    }

    private static Map<String, String> permissions(Path folder) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.toList()) {
                found.put(
                        folder.relativize(each).toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
            }
        }
        return found;
    }

    private Coordinator start(TlsSettings tls) {
        return start(ANY_PORT, Optional.empty(), tls);
    }

    private Coordinator start(HostPort listen, Optional<HostPort> http, TlsSettings tls) {
        return Coordinator.start(
                new CoordinatorSettings(
                        folder.resolve("data"), listen, http, tls, Optional.empty()));
    }
}
