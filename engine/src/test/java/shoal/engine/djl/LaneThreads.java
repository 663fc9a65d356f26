package shoal.engine.djl;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * JMH's threads as lanes, so that a benchmark may call native code without a change of threads in
 * what is timed. JMH makes it by its name ({@link LaneBench}).
 */
public final class LaneThreads extends ThreadPoolExecutor {
    /** As JMH calls it. */
    public LaneThreads(int threads, String prefix) {
        this(threads, new AtomicInteger());
    }

    private LaneThreads(int threads, AtomicInteger next) {
        super(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                body -> new NativeThread(() -> prepared(body), next.getAndIncrement()));
    }

    private static void prepared(Runnable body) {
        NativeThread.prepare();
        body.run();
    }
}
