package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.tls.TlsSettings;
import shoal.proto.v1.CertificateRequest;
import shoal.proto.v1.Hello;
import shoal.proto.v1.PeerCertificate;
import shoal.proto.v1.Welcome;
import shoal.proto.v1.WorkerMessage;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.tls.CoordinatorTrust;
import shoal.wire.tls.Fingerprint;
import shoal.wire.tls.WorkerIdentity;

/** What the coordinator vouches for when a worker joins, and again later. */
@Timeout(60)
final class PeerCertificateTest {
    @TempDir Path folder;

    @Test
    void a_worker_that_joins_is_vouched_for_as_this_process_for_a_day() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
        try (Coordinator coordinator = start(TlsSettings.Mode.ON);
                FakeWorker worker = join(coordinator, withKey(pair))) {
            Welcome welcome = worker.next().getWelcome();

            X509Certificate own = read(welcome.getPeerCertificate().getCertificate());
            X509Certificate authority = read(welcome.getPeerCertificate().getAuthority());
            own.verify(authority.getPublicKey());
            assertThat(Fingerprint.of(authority))
                    .isEqualTo(coordinator.fingerprint().orElseThrow());
            assertThat(own.getPublicKey()).isEqualTo(pair.getPublic());
            assertThat(WorkerIdentity.of(own)).contains(new WorkerIdentity("w1", "first"));
            assertThat(own.getBasicConstraints()).as("issues nothing").isEqualTo(-1);
            assertThat(own.getNotAfter().toInstant())
                    .isBetween(
                            Instant.now().plus(Duration.ofHours(23)),
                            Instant.now().plus(Duration.ofHours(24)));
        }
    }

    @Test
    void a_worker_that_asks_again_gets_another_certificate_for_its_key() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
        try (Coordinator coordinator = start(TlsSettings.Mode.ON);
                FakeWorker worker = join(coordinator, withKey(pair))) {
            PeerCertificate first = worker.next().getWelcome().getPeerCertificate();

            worker.say(
                    WorkerMessage.newBuilder()
                            .setCertificateRequest(
                                    CertificateRequest.newBuilder().setPeerPublicKey(key(pair))));
            PeerCertificate second = worker.next().getPeerCertificate();

            assertThat(second.getAuthority()).isEqualTo(first.getAuthority());
            assertThat(read(second.getCertificate()).getPublicKey()).isEqualTo(pair.getPublic());
            assertThat(read(second.getCertificate()).getSerialNumber())
                    .isNotEqualTo(read(first.getCertificate()).getSerialNumber());
        }
    }

    @Test
    void a_key_that_is_none_ends_the_session() {
        try (Coordinator coordinator = start(TlsSettings.Mode.ON);
                FakeWorker worker =
                        join(
                                coordinator,
                                hello ->
                                        hello.setPeerPublicKey(
                                                ByteString.copyFromUtf8("no key")))) {
            Status end = worker.end();

            assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(end.getDescription()).contains("the public key is no EC key");
        }
    }

    @Test
    void a_coordinator_that_does_not_encrypt_vouches_for_nobody() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
        try (Coordinator coordinator = start(TlsSettings.Mode.AUTO);
                FakeWorker worker = join(coordinator, withKey(pair))) {
            assertThat(worker.next().getWelcome().hasPeerCertificate()).isFalse();
        }
    }

    private Coordinator start(TlsSettings.Mode mode) {
        return Coordinator.start(
                new CoordinatorSettings(
                        folder.resolve("data"),
                        new HostPort("127.0.0.1", 0),
                        Optional.empty(),
                        new TlsSettings(mode, List.of(), Optional.empty()),
                        Optional.empty()));
    }

    private static FakeWorker join(Coordinator coordinator, Consumer<Hello.Builder> hello) {
        return new FakeWorker(
                new Access(
                        coordinator.address(),
                        TestClient.token(coordinator.tokenFile(Scope.WORKER)),
                        coordinator.fingerprint().map(CoordinatorTrust::pinned)),
                hello);
    }

    private static Consumer<Hello.Builder> withKey(KeyPair pair) {
        return hello -> hello.setPeerPublicKey(key(pair));
    }

    private static ByteString key(KeyPair pair) {
        return ByteString.copyFrom(pair.getPublic().getEncoded());
    }

    private static X509Certificate read(ByteString der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(der.newInput());
    }
}
