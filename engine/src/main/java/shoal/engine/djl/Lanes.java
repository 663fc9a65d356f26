package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import shoal.recipe.Require;

/**
 * The threads that compute: one slice at a time each.
 *
 * <p>Callers wait: every method returns when its work is done, and throws what the work threw.
 */
final class Lanes implements AutoCloseable {
    private final int count;
    private final StageQueue.Choice choice;
    private final ExecutorService threads;

    Lanes(int count) {
        this(count, StageQueue::furthestBehind);
    }

    /**
     * Lanes that take stages in another order than the usual one.
     *
     * @param choice in which order stages are taken; tests show that it does not matter
     */
    Lanes(int count, StageQueue.Choice choice) {
        Require.atLeast("lanes", count, 1);
        this.count = count;
        this.choice = choice;
        AtomicInteger next = new AtomicInteger();
        this.threads =
                Executors.newFixedThreadPool(
                        count, body -> new NativeThread(body, next.getAndIncrement()));
    }

    int count() {
        return count;
    }

    /** Runs one piece of work on some lane. */
    <T> T call(Callable<T> work) {
        return await(submit(work));
    }

    /** Runs one piece of work on some lane. */
    void run(Runnable work) {
        await(
                submit(
                        () -> {
                            work.run();
                            return Boolean.TRUE;
                        }));
    }

    /** Takes all work through all its stages, on all lanes. */
    void drain(List<? extends Staged> work) {
        drain(work, Math.max(1, work.size()));
    }

    /**
     * Takes all work through all its stages, on all lanes.
     *
     * @param most pieces of work that are begun and unfinished at a time; at the end one more for
     *     each further lane
     */
    void drain(List<? extends Staged> work, int most) {
        StageQueue queue = new StageQueue(work, choice, most, most + count - 1);
        List<Future<?>> running = new ArrayList<>();
        for (int lane = 0; lane < Math.min(count, work.size()); lane++) {
            running.add(
                    submit(
                            () -> {
                                queue.drain();
                                return Boolean.TRUE;
                            }));
        }
        awaitAll(running);
    }

    /** Runs {@code body} for 0 to {@code times - 1}, on all lanes. */
    void forEach(int times, IntConsumer body) {
        List<Staged> work = new ArrayList<>();
        for (int index = 0; index < times; index++) {
            work.add(new Once(body, index));
        }
        drain(work);
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    /** What goes wrong with the thread is thrown by the work, and so reaches who waits for it. */
    private <T> Future<T> submit(Callable<T> work) {
        return threads.submit(
                () -> {
                    NativeThread.prepare();
                    return work.call();
                });
    }

    /** When one lane has thrown, what the others still read is about to be freed, too. */
    private static void awaitAll(List<Future<?>> running) {
        @Nullable Throwable first = null;
        for (Future<?> one : running) {
            try {
                await(one);
            } catch (RuntimeException | Error e) {
                first = first == null ? e : first;
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException thrown) {
            throw thrown;
        }
    }

    private static <T> T await(Future<T> running) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return running.get();
                } catch (InterruptedException e) {
                    interrupted = true; // native work cannot be cut short; the flag is set again
                }
            }
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        if (e.getCause() instanceof RuntimeException thrown) {
            thrown.addSuppressed(new IllegalStateException("a lane threw this, called from here"));
            return thrown;
        }
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a lane ended with an exception", e.getCause());
    }

    /** One stage. */
    private record Once(IntConsumer body, int index) implements Staged {
        @Override
        public int stages() {
            return 1;
        }

        @Override
        public void advance() {
            body.accept(index);
        }
    }
}
