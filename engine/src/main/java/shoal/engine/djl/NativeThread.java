package shoal.engine.djl;

import ai.djl.pytorch.jni.JniUtils;

/**
 * A thread that may call native code.
 *
 * <p>libtorch keeps the number of intra-op threads, the grad mode and the executor's mode per
 * thread, and results depend on the first. So every thread that calls native code is made here and
 * is {@link #prepare prepared} before its first call; {@link #require} refuses any other thread.
 */
final class NativeThread extends Thread {
    private final int lane;
    private boolean prepared; // of this thread

    /**
     * A thread of a lane.
     *
     * @param lane index of the lane that the thread works for
     */
    NativeThread(Runnable body, int lane) {
        super(body, "shoal-lane-" + lane);
        this.lane = lane;
        setDaemon(true);
    }

    /**
     * Loads libtorch, unless this process has it, and gives it the calling thread's settings. Part
     * of the thread's work and not of its start: a thread that ends at its start takes with it the
     * work that others wait for.
     *
     * @throws shoal.recipe.UserException if libtorch cannot be loaded
     */
    static void prepare() {
        NativeThread thread = current();
        if (!thread.prepared) {
            Libtorch.load(); // the libraries hold the settings
            JniUtils.setNumThreads(1);
            JniUtils.setGradMode(false);
            JniUtils.setGraphExecutorOptimize(false);
            thread.prepared = true;
        }
    }

    /** The calling thread's lane; refuses a thread that was not made here. */
    static int require() {
        return current().lane;
    }

    private static NativeThread current() {
        if (Thread.currentThread() instanceof NativeThread thread) {
            return thread;
        }
        throw new IllegalStateException(
                "thread "
                        + Thread.currentThread().getName()
                        + " calls native code, but only lanes may: their libtorch settings decide"
                        + " the bits of every result");
    }
}
