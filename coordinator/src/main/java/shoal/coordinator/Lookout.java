package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.wire.HostPort;

/**
 * Looks whether worker processes are there: opens a connection to the port that each listens on for
 * other workers, and closes it. Nothing is sent.
 *
 * <p>A connection that is taken or refused is told; a way that tells nothing (a firewall that
 * drops, a network of the workers' own) is not, and the worker is waited for as if nobody had
 * looked.
 *
 * <p>May be called from any thread; never waits.
 */
final class Lookout implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

    /** Ways that drop everything hold up a thread for a second each, and the others behind it. */
    private static final int THREADS = 4;

    private static final int CONNECT_MILLIS = 1_000;

    private final Consumer<Event> events;
    private final ThreadPoolExecutor threads;

    Lookout(Consumer<Event> events) {
        this.events = requireNonNull(events, "events");
        this.threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(Bounds.WORKERS),
                        task -> {
                            Thread thread = new Thread(task, "coordinator-lookout");
                            thread.setDaemon(true);
                            return thread;
                        },
                        new ThreadPoolExecutor.DiscardPolicy()); // each tick looks again
        threads.allowCoreThreadTimeOut(true);
    }

    /** Looks, soon; not at all if far too many are looked for already. */
    void look(Effect.LookFor asked) {
        threads.execute(() -> connect(asked));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void connect(Effect.LookFor asked) {
        try (Socket socket = new Socket()) {
            socket.connect(HostPort.parse(asked.address()).toSocketAddress(), CONNECT_MILLIS);
            events.accept(new Event.Looked(asked.process(), asked.address(), true));
        } catch (ConnectException refused) {
            events.accept(new Event.Looked(asked.process(), asked.address(), false));
        } catch (IOException | IllegalArgumentException untold) {
            LOG.debug("nothing is known of the port of {}: {}", asked.process(), untold.toString());
        }
    }
}
