package shoal.worker;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StartRun;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;
import shoal.worker.run.RunOpener;
import shoal.worker.run.RunWork;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

/** Runs that compute nothing and note what is asked of them. */
final class FakeRuns implements RunOpener {
    final BlockingQueue<String> done = new LinkedBlockingQueue<>();
    private volatile IntConsumer duringStep = step -> {};
    private volatile StopSignal stop = new StopSignal();
    private volatile Runnable duringOpen = () -> {};

    /** Runs in the middle of each step. */
    void duringStep(IntConsumer action) {
        duringStep = action;
    }

    /** Runs while files are loaded. */
    void duringOpen(Runnable action) {
        duringOpen = action;
    }

    /** Work that notices the end of its run only when it is done. */
    void workUntilReleased() {
        try {
            stop.pause(60_000);
        } catch (StoppedException e) {
            done.add("released");
        }
    }

    /** Work that no signal reaches, until the thread is interrupted. */
    static void blockForGood() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public RunWork open(StartRun run, StopSignal stop) {
        this.stop = stop;
        duringOpen.run();
        return new FakeRun(run.getFence().getRun());
    }

    private final class FakeRun implements RunWork {
        private final String name;

        FakeRun(String name) {
            this.name = name;
        }

        @Override
        public RunReady facts() {
            return RunReady.newBuilder().setTrainRows(4).setLabels(2).build();
        }

        @Override
        public StepReduced reduce(int step, double lossScale) {
            duringStep.accept(step);
            done.add("reduce " + step);
            return StepReduced.newBuilder().setStep(step).addRows(step).addLossTerms(step).build();
        }

        @Override
        public void prepare(int step) {}

        @Override
        public StepMeasured measure(int step, double clip) {
            done.add("measure " + step);
            return StepMeasured.newBuilder().setStep(step).build();
        }

        @Override
        public void apply(CommitStep commit) {
            done.add("apply " + commit.getStep());
        }

        @Override
        public void evaluate(int step, Consumer<EvaluationRows> out) {
            out.accept(EvaluationRows.newBuilder().setStep(step).setLast(true).build());
        }

        @Override
        public void upload(Fence fence, int step, boolean moments) {
            done.add("upload " + step + (moments ? " with moments" : ""));
        }

        @Override
        public void close() {
            done.add("close " + name);
        }
    }
}
