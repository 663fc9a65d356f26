package shoal.engine.djl;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/**
 * A thread that may call native code.
 *
 * <p>libtorch keeps the number of intra-op threads, the grad mode and the executor's mode per
 * thread, and results depend on the first. So every thread that calls native code is made here and
 * sets all three before its first call; {@link #require} refuses any other thread.
 */
final class NativeThread extends Thread {
    private final int lane;

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

    @Override
    public void run() {
        Engine.getEngine("PyTorch"); // loads the libraries that hold the settings
        JniUtils.setNumThreads(1);
        JniUtils.setGradMode(false);
        JniUtils.setGraphExecutorOptimize(false);
        super.run();
    }

    /** The calling thread's lane; refuses a thread that was not made here. */
    static int require() {
        if (Thread.currentThread() instanceof NativeThread thread) {
            return thread.lane;
        }
        throw new IllegalStateException(
                "thread "
                        + Thread.currentThread().getName()
                        + " calls native code, but only lanes may: their libtorch settings decide"
                        + " the bits of every result");
    }
}
