package shoal.worker.session;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Hello;
import shoal.proto.v1.PeerCertificate;
import shoal.proto.v1.WorkerMessage;
import shoal.wire.HostPort;
import shoal.wire.tls.TlsTrouble;

/**
 * Keeps a worker attached to its coordinator: dials, says Hello, sends heartbeats, dials again.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The owner hears from one stream at a time; what a given-up stream still delivers is
 *       dropped.
 *   <li>Every attached is followed by one detached, unless this is closed or gives up first.
 *   <li>A refusal, or no welcome within {@link SessionTimes}, ends it with {@link Owner#gaveUp}.
 *   <li>Heartbeats do not wait for the loop.
 * </ul>
 *
 * <p>Everything but heartbeats happens on the loop, the owner's single thread; {@link #start} and
 * {@link #send} are called from it.
 */
public final class Attachment {
    private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

    /** Whoever is attached; called on the loop. */
    public interface Owner {
        /** What to say first on a new stream. */
        Hello hello();

        void attached();

        /** The coordinator vouches for this process towards other workers. */
        void certified(PeerCertificate certificate);

        void detached();

        void received(CoordinatorMessage message);

        /** It makes no sense to dial again; why, for the operator. */
        void gaveUp(String why);
    }

    private final HostPort coordinator;
    private final ManagedChannel channel;
    private final SessionTimes times;
    private final Owner owner;
    private final ScheduledExecutorService loop;
    private final Heartbeats heartbeats;
    private final LongSupplier nanoTime;

    private @Nullable Session session;
    private boolean welcomed;
    private boolean everWelcomed;
    private boolean closed;
    private int failures;
    private Status.@Nullable Code told;
    private long alongSinceNanos;

    /**
     * @param loop the owner's single thread
     * @param nanoTime a steady clock
     */
    public Attachment(
            HostPort coordinator,
            ManagedChannel channel,
            SessionTimes times,
            Owner owner,
            ScheduledExecutorService loop,
            LongSupplier nanoTime) {
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.channel = requireNonNull(channel, "channel");
        this.times = requireNonNull(times, "times");
        this.owner = requireNonNull(owner, "owner");
        this.loop = requireNonNull(loop, "loop");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.heartbeats = new Heartbeats(times.silenceMillis());
    }

    /** Dials for the first time. */
    public void start() {
        alongSinceNanos = nanoTime.getAsLong();
        dial();
    }

    /** Sends on the stream of now, if it is welcomed. */
    public void send(WorkerMessage message) {
        if (session != null && welcomed) {
            session.send(message);
        }
    }

    /** Leaves. Callable from any thread, once the loop has stopped or on it. */
    public void close() {
        closed = true;
        heartbeats.close();
        if (session != null) {
            session.end();
        }
    }

    private void dial() {
        if (closed) {
            return;
        }
        channel.resetConnectBackoff();
        welcomed = false;
        session = Session.open(channel, owner.hello(), new OnLoop(), nanoTime);
        heartbeats.watch(session);
    }

    private void received(Session from, CoordinatorMessage message) {
        if (from != session || closed) {
            return;
        }
        if (message.hasWelcome() && !welcomed) {
            welcomed = true;
            everWelcomed = true;
            failures = 0;
            heartbeats.beat(from, message.getWelcome().getHeartbeatMillis());
            LOG.info(
                    "attached to the coordinator address={} session={}",
                    coordinator,
                    message.getWelcome().getSession());
            if (message.getWelcome().hasPeerCertificate()) {
                owner.certified(message.getWelcome().getPeerCertificate());
            }
            owner.attached();
        } else if (welcomed && message.hasPeerCertificate()) {
            owner.certified(message.getPeerCertificate());
        } else if (welcomed) {
            owner.received(message);
        }
        from.readMore();
    }

    private void broken(Session from, Status status) {
        if (from != session || closed) {
            return;
        }
        session = null;
        if (welcomed) {
            welcomed = false;
            alongSinceNanos = nanoTime.getAsLong();
            owner.detached();
        }
        failures++;
        Optional<String> refusal = Refusal.of(status, coordinator);
        long waitedMillis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - alongSinceNanos);
        long patienceMillis = everWelcomed ? times.redialMillis() : times.attachMillis();
        if (refusal.isPresent()) {
            giveUp(refusal.get());
        } else if (waitedMillis >= patienceMillis) {
            giveUp(Refusal.unreachable(status, coordinator, waitedMillis));
        } else {
            redialLater(status);
        }
    }

    private void redialLater(Status status) {
        long delayMillis =
                new Backoff(times.firstDelayMillis(), times.mostDelayMillis())
                        .delayMillis(failures, ThreadLocalRandom.current()::nextDouble);
        if (!everWelcomed && status.getCode() != told) {
            told = status.getCode();
            LOG.warn(
                    "no coordinator takes this worker yet, dialling again address={} for-seconds={}"
                            + " reason={}{}",
                    coordinator,
                    times.attachMillis() / 1_000,
                    Refusal.words(status),
                    TlsTrouble.hint(status));
        } else if (everWelcomed && failures == 1) {
            LOG.warn(
                    "no session with the coordinator, dialling again reason={}", //
                    Refusal.words(status));
        }
        var unused = loop.schedule(this::dial, delayMillis, TimeUnit.MILLISECONDS);
    }

    private void giveUp(String why) {
        closed = true;
        heartbeats.close();
        owner.gaveUp(why);
    }

    /** Hands what a stream says over to the loop. */
    private final class OnLoop implements Session.Listener {
        @Override
        public void received(Session from, CoordinatorMessage message) {
            later(() -> Attachment.this.received(from, message));
        }

        @Override
        public void broken(Session from, Status status) {
            later(() -> Attachment.this.broken(from, status));
        }

        private void later(Runnable task) {
            if (!loop.isShutdown()) {
                loop.execute(task);
            }
        }
    }
}
