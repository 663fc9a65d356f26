package shoal.worker.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StopSignalTest {
    private final StopSignal stop = new StopSignal();
    private final Object monitor = new Object();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch asked = new CountDownLatch(1);

    private CompletableFuture<Void> waiting() throws InterruptedException {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(this::await);
        asked.await();
        return waiting;
    }

    private void await() {
        stop.await(
                monitor,
                () -> {
                    asked.countDown();
                    return over.get();
                });
    }

    @Test
    void a_wait_lasts_until_who_changes_something_says_so() throws Exception {
        CompletableFuture<Void> waiting = waiting();

        synchronized (monitor) {
            over.set(true);
            monitor.notifyAll();
        }

        waiting.join();
        stop.raise();
        await(); // what is over is not waited for
    }

    @Test
    void a_wait_ends_with_the_signal() throws Exception {
        CompletableFuture<Void> waiting = waiting();

        stop.raise();

        assertThatThrownBy(waiting::join).hasCauseInstanceOf(StoppedException.class);
        assertThatThrownBy(this::await).isInstanceOf(StoppedException.class);
    }

    @Test
    void a_thread_that_is_interrupted_waits_no_longer() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(this::await).isInstanceOf(StoppedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
