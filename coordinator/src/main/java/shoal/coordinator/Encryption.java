package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.WorkerProcess;
import shoal.coordinator.grpc.PeerCertificates;
import shoal.coordinator.tls.Authority;
import shoal.coordinator.tls.HostNames;
import shoal.coordinator.tls.OwnCertificate;
import shoal.coordinator.tls.TlsSettings;
import shoal.proto.v1.PeerCertificate;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.tls.Credentials;
import shoal.wire.tls.Fingerprint;
import shoal.wire.tls.KeyAndChain;
import shoal.wire.tls.WorkerIdentity;

/**
 * What the listeners of a coordinator show to their callers.
 *
 * <p>Safe for any thread.
 */
final class Encryption {
    private static final Logger LOG = LoggerFactory.getLogger(Encryption.class);

    private final Exposure exposure;
    private final TlsSettings settings;
    private final Optional<Shown> shown;

    private Encryption(Exposure exposure, TlsSettings settings, Optional<Shown> shown) {
        this.exposure = requireNonNull(exposure, "exposure");
        this.settings = requireNonNull(settings, "settings");
        this.shown = requireNonNull(shown, "shown");
    }

    /**
     * Reads or makes what the listeners need; nothing if none of them encrypts.
     *
     * @param folder for certificates, {@link TlsFolder}
     * @throws UserException if certificates cannot be used or made
     */
    static Encryption prepare(
            CoordinatorSettings settings, Exposure exposure, Path folder, InstantSource clock) {
        if (!exposure.any()) {
            return new Encryption(exposure, settings.tls(), Optional.empty());
        }
        TlsFolder made = TlsFolder.open(folder, clock.instant(), new SecureRandom());
        Supplier<KeyAndChain> newest =
                settings.tls()
                        .own()
                        .<Supplier<KeyAndChain>>map(
                                own -> () -> OwnCertificate.read(own, clock.instant()))
                        .orElseGet(() -> () -> made.server(names(settings), clock.instant()));
        KeyAndChain first = newest.get();
        LOG.info(
                "connections are encrypted certificate=\"{}\" until={}",
                first.leaf().getSubjectX500Principal(),
                first.leaf().getNotAfter().toInstant());
        return new Encryption(
                exposure,
                settings.tls(),
                Optional.of(new Shown(new Credentials(first), made.authority(), newest, first)));
    }

    /** For {@code --listen}. */
    Optional<Credentials> forCalls() {
        return shown.filter(any -> exposure.calls()).map(Shown::credentials);
    }

    /** For {@code --http}. */
    Optional<Credentials> forHttp() {
        return shown.filter(any -> exposure.http()).map(Shown::credentials);
    }

    /** What callers of {@code --listen} pin, if it encrypts. */
    Optional<Fingerprint> fingerprint() {
        return shown.filter(any -> exposure.calls())
                .map(ours -> Fingerprint.of(ours.first().topmost()));
    }

    /** Where other hosts dial a listener. */
    HostPort outward(HostPort listening) {
        boolean everywhere = listening.toSocketAddress().getAddress().isAnyLocalAddress();
        return everywhere ? new HostPort(outwardHost(), listening.port()) : listening;
    }

    /** What workers get when they join; nothing where their calls are not encrypted. */
    PeerCertificates peers(InstantSource clock) {
        return shown.filter(any -> exposure.calls())
                .<PeerCertificates>map(
                        ours ->
                                (process, key) ->
                                        Optional.of(
                                                certificate(ours.authority(), process, key, clock)))
                .orElse(PeerCertificates.NONE);
    }

    private static PeerCertificate certificate(
            Authority authority, WorkerProcess process, ByteString key, InstantSource clock) {
        WorkerIdentity identity = new WorkerIdentity(process.name().text(), process.incarnation());
        X509Certificate issued = authority.worker(identity, key.toByteArray(), clock.instant());
        try {
            return PeerCertificate.newBuilder()
                    .setCertificate(ByteString.copyFrom(issued.getEncoded()))
                    .setAuthority(ByteString.copyFrom(authority.certificate().getEncoded()))
                    .build();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate without a DER form", e);
        }
    }

    /** Takes newer certificates, where there are any; what cannot be used is logged. */
    void renew() {
        shown.ifPresent(
                ours -> {
                    try {
                        ours.credentials().replace(ours.newest().get());
                    } catch (UserException e) {
                        LOG.warn("the certificate is not renewed: {}", e.getMessage());
                    }
                });
    }

    private String outwardHost() {
        if (!settings.names().isEmpty()) {
            return settings.names().get(0);
        }
        return settings.own()
                .flatMap(own -> shown)
                .map(ours -> HostNames.of(ours.first().leaf()).outward())
                .orElseGet(() -> HostNames.ofThisHost().outward());
    }

    private static HostNames names(CoordinatorSettings settings) {
        return HostNames.ofThisHost()
                .with(settings.tls().names())
                .with(List.of(settings.listen().host()));
    }

    /**
     * What there is when anything is encrypted.
     *
     * @param newest reads or makes certificates again
     * @param first that was shown
     */
    private record Shown(
            Credentials credentials,
            Authority authority,
            Supplier<KeyAndChain> newest,
            KeyAndChain first) {}
}
