package shoal.coordinator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.RunsGrpc;
import shoal.wire.Access;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Servers;
import shoal.wire.Token;
import shoal.wire.tls.CoordinatorTrust;
import shoal.wire.tls.Credentials;
import shoal.wire.tls.Fingerprint;
import shoal.wire.tls.KeyAndChain;
import shoal.wire.tls.TlsTrouble;

/** Which coordinators a caller trusts, in real handshakes. */
final class TrustTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String REACHED = "UNIMPLEMENTED";

    private final Instant now = Instant.now();
    private final Authority authority = new Authority(Authority.create(now, RANDOM), RANDOM);
    private Optional<Server> server = Optional.empty();

    @AfterEach
    void stop() {
        server.ifPresent(Server::shutdownNow);
    }

    @Test
    void a_coordinator_is_known_by_its_authoritys_fingerprint() throws IOException {
        HostPort address = serve(authority.server(local(), now));

        assertThat(call(address, pinned(authority))).isEqualTo(REACHED);
        assertThat(call(new HostPort("localhost", address.port()), pinned(authority)))
                .isEqualTo(REACHED);
    }

    @Test
    void a_coordinator_is_known_by_its_authoritys_certificate() throws IOException {
        HostPort address = serve(authority.server(local(), now));

        assertThat(call(address, CoordinatorTrust.authorities(List.of(authority.certificate()))))
                .isEqualTo(REACHED);
    }

    @Test
    void a_certificate_that_is_pinned_itself_is_enough() throws IOException {
        KeyAndChain chain = authority.server(local(), now);
        HostPort address = serve(new KeyAndChain(chain.key(), List.of(chain.leaf())));

        assertThat(call(address, CoordinatorTrust.pinned(Fingerprint.of(chain.leaf()))))
                .isEqualTo(REACHED);
    }

    @Test
    void another_authority_is_refused_with_its_fingerprint() throws IOException {
        Authority other = new Authority(Authority.create(now, RANDOM), RANDOM);
        HostPort address = serve(other.server(local(), now));

        assertThat(call(address, pinned(authority)))
                .startsWith(
                        "none of its certificates is "
                                + Fingerprint.of(authority.certificate())
                                + "; the topmost is "
                                + Fingerprint.of(other.certificate()));
        assertThat(call(address, CoordinatorTrust.authorities(List.of(authority.certificate()))))
                .contains("does not follow from the certificates of --ca-file");
    }

    @Test
    void sending_the_right_authority_along_does_not_help_a_foreign_certificate()
            throws IOException {
        Authority other = new Authority(Authority.create(now, RANDOM), RANDOM);
        KeyAndChain foreign = other.server(local(), now);
        HostPort address =
                serve(
                        new KeyAndChain(
                                foreign.key(), List.of(foreign.leaf(), authority.certificate())));

        assertThat(call(address, pinned(authority)))
                .contains("does not follow from the certificate sha256:");
    }

    @Test
    void another_name_is_refused_with_the_remedy() throws IOException {
        HostNames elsewhere = HostNames.of(List.of("elsewhere.example", "192.0.2.1"));
        HostPort address = serve(authority.server(elsewhere, now));

        assertThat(call(address, pinned(authority)))
                .startsWith("its certificate is for other names: ")
                .contains("--tls-name NAME");
    }

    @Test
    void dates_that_have_passed_or_not_come_are_refused() throws IOException {
        HostPort expired = serve(authority.server(local(), now.minus(Duration.ofDays(400))));
        String late = call(expired, pinned(authority));
        stop();
        HostPort future = serve(authority.server(local(), now.plus(Duration.ofDays(2))));
        String early = call(future, pinned(authority));

        assertThat(late).contains("(CN=Shoal coordinator) expired at ").contains("clocks");
        assertThat(early).contains("(CN=Shoal coordinator) is valid from ").contains("only");
    }

    @Test
    void an_expired_authority_is_refused() throws IOException {
        Instant then = now.minus(Duration.ofDays(3_700));
        Authority old = new Authority(Authority.create(then, RANDOM), RANDOM);
        HostPort address = serve(old.server(local(), now));

        assertThat(call(address, pinned(old))).contains("expired at ");
    }

    @Test
    void new_connections_see_newer_certificates() throws IOException {
        Credentials credentials =
                new Credentials(authority.server(local(), now.minus(Duration.ofDays(400))));
        HostPort address = serve(credentials);
        String before = call(address, pinned(authority));

        credentials.replace(authority.server(local(), now));

        assertThat(before).contains("expired at ");
        assertThat(call(address, pinned(authority))).isEqualTo(REACHED);
    }

    @Test
    void what_does_not_use_tls_is_named() throws IOException {
        HostPort plain = start(Optional.empty());

        assertThat(call(plain, pinned(authority))).isEqualTo("what answers there does not use TLS");
    }

    @Test
    void a_caller_without_tls_is_told_what_is_missing() throws IOException {
        HostPort address = serve(authority.server(local(), now));
        ManagedChannel channel = Channels.open(new Access(address, Token.create(RANDOM)));
        try {
            assertThatThrownBy(
                            () ->
                                    RunsGrpc.newBlockingStub(channel)
                                            .list(ListRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            end ->
                                    assertThat(TlsTrouble.hint(end.getStatus()))
                                            .contains("--ca-fingerprint"));
        } finally {
            channel.shutdownNow();
        }
    }

    private HostPort serve(KeyAndChain shown) throws IOException {
        return serve(new Credentials(shown));
    }

    private HostPort serve(Credentials credentials) throws IOException {
        return start(Optional.of(credentials));
    }

    private HostPort start(Optional<Credentials> credentials) throws IOException {
        Server started =
                Servers.listenOn(new HostPort("127.0.0.1", 0), credentials).build().start();
        server = Optional.of(started);
        return new HostPort("127.0.0.1", started.getPort());
    }

    /** How a call ends: {@link #REACHED}, or what is wrong with the other end. */
    private static String call(HostPort address, CoordinatorTrust trust) {
        ManagedChannel channel =
                Channels.open(new Access(address, Token.create(RANDOM), Optional.of(trust)));
        try {
            RunsGrpc.newBlockingStub(channel).list(ListRequest.getDefaultInstance());
            return "answered";
        } catch (StatusRuntimeException e) {
            return TlsTrouble.words(e.getStatus().getCause())
                    .orElseGet(() -> e.getStatus().getCode().name());
        } finally {
            channel.shutdownNow();
        }
    }

    private static CoordinatorTrust pinned(Authority authority) {
        return CoordinatorTrust.pinned(Fingerprint.of(authority.certificate()));
    }

    private static HostNames local() {
        return HostNames.of(List.of("localhost", "127.0.0.1"));
    }
}
