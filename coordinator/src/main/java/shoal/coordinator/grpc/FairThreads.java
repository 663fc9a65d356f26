package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that callers share.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Callers are served in turn, one task each, however many tasks one of them has waiting.
 *   <li>No caller has all threads at a time: the last one is for the others.
 *   <li>A caller's tasks begin in the order in which they came; one that throws is logged.
 * </ul>
 *
 * <p>Safe for any thread.
 */
final class FairThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FairThreads.class);

    private final ThreadPoolExecutor pool;
    private final int mostOfOne;
    private final Map<String, ArrayDeque<Runnable>> waiting = new LinkedHashMap<>();
    private final Map<String, Integer> running = new HashMap<>();

    private record Turn(String caller, Runnable task) {}

    /**
     * @param threads how many, at least two
     */
    FairThreads(String name, int threads) {
        if (threads < 2) {
            throw new IllegalArgumentException("threads is " + threads + ", expected at least 2");
        }
        this.mostOfOne = threads - 1;
        this.pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> new Thread(task, name),
                        new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Runs a caller's tasks; how many may wait is bounded by whoever admits its calls. */
    Executor of(String caller) {
        requireNonNull(caller, "caller");
        return task -> {
            boolean taken = offer(caller, task, Integer.MAX_VALUE);
            assert taken;
        };
    }

    /** Runs a task unless so many of its caller wait already. */
    boolean offer(String caller, Runnable task, int mostWaiting) {
        synchronized (this) {
            ArrayDeque<Runnable> tasks = waiting.get(caller);
            if (tasks != null && tasks.size() >= mostWaiting) {
                return false;
            }
            waiting.computeIfAbsent(caller, any -> new ArrayDeque<>())
                    .add(requireNonNull(task, "task"));
        }
        pool.execute(this::serve);
        return true;
    }

    /** What runs is interrupted, what waits is lost. */
    @Override
    public void close() {
        pool.shutdownNow();
    }

    /** One turn. There is one call of this for each task, or more: some then find none to do. */
    private void serve() {
        Optional<Turn> turn = next();
        if (turn.isEmpty()) {
            return;
        }
        try {
            turn.get().task().run();
        } catch (RuntimeException bug) {
            LOG.error("a task of a call ends with a bug", bug);
        } finally {
            if (ended(turn.get().caller())) {
                pool.execute(this::serve); // for a task that was passed over meanwhile
            }
        }
    }

    private synchronized Optional<Turn> next() {
        Iterator<Map.Entry<String, ArrayDeque<Runnable>>> callers = waiting.entrySet().iterator();
        while (callers.hasNext()) {
            Map.Entry<String, ArrayDeque<Runnable>> each = callers.next();
            String caller = each.getKey();
            if (running.getOrDefault(caller, 0) < mostOfOne) {
                ArrayDeque<Runnable> tasks = each.getValue();
                callers.remove();
                Runnable task = tasks.remove();
                if (!tasks.isEmpty()) {
                    waiting.put(caller, tasks); // behind all others
                }
                running.merge(caller, 1, Integer::sum);
                return Optional.of(new Turn(caller, task));
            }
        }
        return Optional.empty();
    }

    /** Notes the end of a turn; whether its caller has more to do. */
    private synchronized boolean ended(String caller) {
        running.computeIfPresent(caller, (any, count) -> count == 1 ? null : count - 1);
        return waiting.containsKey(caller);
    }
}
