package shoal.testkit.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.coordinator.tls.Authority;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.wire.tls.KeyAndChain;
import shoal.wire.tls.PeerTls;
import shoal.wire.tls.WorkerIdentity;
import shoal.worker.exchange.Crew;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.ExchangeSettings;
import shoal.worker.exchange.PeerPort;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;
import shoal.worker.stop.StopSignal;

/** Whom workers let in that know each other by certificates of their coordinator's authority. */
@Timeout(120)
final class PeerEncryptionTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Token SECRET = Token.create(RANDOM);
    private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

    private final Instant now = Instant.now();
    private final Authority authority = new Authority(Authority.create(now, RANDOM), RANDOM);
    private final StopSignal stop = new StopSignal();
    private final List<PeerPort> ports = new ArrayList<>();

    @AfterEach
    void close() {
        stop.raise();
        ports.forEach(PeerPort::close);
    }

    @Test
    void workers_of_one_coordinator_let_each_other_in() throws Exception {
        listen(tls(authority, 0, now), tls(authority, 1, now));

        CompletableFuture<Exchange> first = opening(0, crew(0));
        Exchange second = ports.get(1).open(crew(1), new Nothing(), stop);

        CompletableFuture<Void> barrier =
                CompletableFuture.runAsync(() -> first.join().barrier(stop));
        second.barrier(stop);
        barrier.get(30, TimeUnit.SECONDS);
    }

    @Test
    void an_expired_certificate_is_refused_and_the_pair_named() {
        listen(tls(authority, 0, now.minus(Duration.ofDays(3))), tls(authority, 1, now));
        CompletableFuture<Exchange> waiting = opening(0, crew(0));

        assertThatThrownBy(() -> ports.get(1).open(crew(1), new Nothing(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("worker w-1 at ")
                .hasMessageContaining("cannot reach worker w-0 at " + ports.get(0).address())
                .hasMessageContaining("its certificate (CN=Shoal worker w-0) expired at ");
        assertThat(waiting).isNotDone();
    }

    @Test
    void whoever_dials_with_an_expired_certificate_hears_that_it_was_refused() {
        listen(tls(authority, 0, now), tls(authority, 1, now.minus(Duration.ofDays(3))));
        CompletableFuture<Exchange> waiting = opening(0, crew(0));

        assertThatThrownBy(() -> ports.get(1).open(crew(1), new Nothing(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cannot reach worker w-0")
                .hasMessageContaining("it ended the TLS handshake");
        assertThat(waiting).isNotDone();
    }

    @Test
    void another_coordinators_worker_is_foreign() {
        Authority other = new Authority(Authority.create(now, RANDOM), RANDOM);
        listen(tls(other, 0, now), tls(authority, 1, now));
        CompletableFuture<Exchange> waiting = opening(0, crew(0));

        assertThatThrownBy(() -> ports.get(1).open(crew(1), new Nothing(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not of this coordinator's authority sha256:");
        assertThat(waiting).isNotDone();
    }

    @Test
    void a_worker_is_not_taken_for_another_one_at_its_address() {
        listen(tls(authority, 2, now), tls(authority, 1, now));
        CompletableFuture<Exchange> waiting = opening(0, crew(0));

        assertThatThrownBy(() -> ports.get(1).open(crew(1), new Nothing(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "its certificate is of worker w-2 (process life-2), the run's")
                .hasMessageContaining("member there is worker w-0 (process life-0)");
        assertThat(waiting).isNotDone();
    }

    @Test
    void a_worker_that_says_it_is_another_member_is_refused() {
        listen(tls(authority, 0, now), tls(authority, 2, now));
        CompletableFuture<Exchange> waiting = opening(0, crew(0));

        assertThatThrownBy(() -> ports.get(1).open(crew(1), new Nothing(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("its certificate is of worker w-2 (process life-2)")
                .hasMessageContaining("the run's member is worker w-1 (process life-1)");
        assertThat(waiting).isNotDone();
    }

    @Test
    void a_worker_that_does_not_encrypt_is_not_let_in() {
        listen(Optional.of(tls(authority, 0, now)), Optional.empty());
        CompletableFuture<Exchange> waiting = opening(0, crew(0));
        long begun = System.nanoTime();

        assertThatThrownBy(() -> ports.get(1).open(crew(1), new Nothing(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cannot reach worker w-0");
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(10));
        assertThat(waiting).isNotDone();
    }

    @Test
    void a_newer_certificate_takes_the_place_of_an_expired_one() throws Exception {
        PeerTls renewed = tls(authority, 0, now.minus(Duration.ofDays(3)));
        listen(renewed, tls(authority, 1, now));

        renewed.replace(certified(authority, 0, now));
        CompletableFuture<Exchange> first = opening(0, crew(0));
        Exchange second = ports.get(1).open(crew(1), new Nothing(), stop);

        assertThat(second.workers()).isEqualTo(2);
        assertThat(first.get(30, TimeUnit.SECONDS).workers()).isEqualTo(2);
    }

    private void listen(PeerTls first, PeerTls second) {
        listen(Optional.of(first), Optional.of(second));
    }

    private void listen(Optional<PeerTls> first, Optional<PeerTls> second) {
        ExchangeSettings streams = ExchangeSettings.standard().withoutMemory();
        ports.add(PeerPort.listen(ANY_PORT, streams, first));
        ports.add(PeerPort.listen(ANY_PORT, streams, second));
    }

    private Crew crew(int index) {
        List<Crew.Member> members = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            members.add(new Crew.Member("w-" + i, "life-" + i, ports.get(i).address()));
        }
        return new Crew("a-run", 1, index, members, SECRET);
    }

    private CompletableFuture<Exchange> opening(int port, Crew crew) {
        return CompletableFuture.supplyAsync(
                () -> ports.get(port).open(crew, new Nothing(), stop),
                task -> new Thread(task, "opening").start());
    }

    private static PeerTls tls(Authority by, int worker, Instant when) {
        PeerTls tls = new PeerTls();
        tls.replace(certified(by, worker, when));
        return tls;
    }

    private static KeyAndChain certified(Authority by, int worker, Instant when) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
            WorkerIdentity identity = new WorkerIdentity("w-" + worker, "life-" + worker);
            return new KeyAndChain(
                    pair.getPrivate(),
                    List.of(
                            by.worker(identity, pair.getPublic().getEncoded(), when),
                            by.certificate()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has elliptic curves", e);
        }
    }

    /** Expects no range. */
    private static final class Nothing implements Receiver {
        @Override
        public Optional<String> refusal(int from, RangeHeader range) {
            return Optional.of("nothing is expected");
        }

        @Override
        public Answer arrived(int from, RangeHeader range, ByteBuffer values) {
            throw new IllegalStateException("it was refused");
        }

        @Override
        public void trouble(Trouble trouble) {
            // Some ends of these tests are closed before the other.
        }
    }
}
