package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.proto.v1.CertificateRequest;
import shoal.proto.v1.CoordinatorMessage;
import shoal.proto.v1.Hello;
import shoal.proto.v1.PeerCertificate;
import shoal.proto.v1.WorkerMessage;
import shoal.recipe.ErrorCode;
import shoal.worker.core.Action;
import shoal.worker.core.Decision;
import shoal.worker.core.Event;
import shoal.worker.core.WorkerCore;
import shoal.worker.core.WorkerState;
import shoal.worker.run.RunOpener;
import shoal.worker.run.RunThread;
import shoal.worker.session.Attachment;
import shoal.worker.session.PeerKey;

/**
 * The thread that decides: takes events one at a time, asks the core, performs its actions.
 *
 * <p>Guarantees: events are decided in the order they come in; nothing here waits for the network
 * or the engine. What goes wrong on this thread is our bug and ends the worker.
 */
final class Driver implements Attachment.Owner, Action.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

    /** The loop never waits, so it ends as soon as it has a core. */
    private static final long LOOP_MILLIS = 300;

    /** Between two requests for a certificate that stay without an answer. */
    private static final long RENEWAL_MINUTES = 10;

    private final Hello introduction;
    private final Optional<PeerKey> peerKey;
    private final Consumer<WorkerException> ended;
    private final Loop loop = new Loop();
    private final RunThread runThread;
    private final CommitWait commitWait = new CommitWait(System::nanoTime);
    private @Nullable Attachment attachment;
    private @Nullable ScheduledFuture<?> renewal;
    private WorkerState state = WorkerState.initial();

    /**
     * A driver that is not attached yet.
     *
     * @param introduction Hello without held run
     * @param peerKey by which others know this process, where connections are encrypted
     * @param ended takes why the worker cannot go on
     */
    Driver(
            Hello introduction,
            Optional<PeerKey> peerKey,
            RunOpener opener,
            Consumer<WorkerException> ended) {
        this.peerKey = requireNonNull(peerKey, "peerKey");
        this.introduction = requireNonNull(introduction, "introduction");
        this.ended = requireNonNull(ended, "ended");
        this.runThread = new RunThread(opener, this::post, this::crashed);
    }

    /** Where everything of the attachment happens. */
    ScheduledThreadPoolExecutor loop() {
        return loop;
    }

    void start(Attachment to) {
        loop.execute(
                () -> {
                    attachment = to;
                    to.start();
                });
    }

    /** Takes what the run thread has done. Any thread. */
    private void post(Event event) {
        if (!loop.isShutdown()) {
            loop.execute(() -> decide(event));
        }
    }

    /** Leaves, then stops the run thread; within about the time given. */
    void close(long waitMillis) {
        loop.execute(
                () -> {
                    if (attachment != null) {
                        attachment.close();
                    }
                });
        loop.shutdown();
        try {
            if (!loop.awaitTermination(LOOP_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("the driver is still busy and is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runThread.close(waitMillis);
    }

    @Override
    public Hello hello() {
        Hello.Builder hello = introduction.toBuilder();
        state.heldRun().ifPresent(hello::setHeldRun);
        return hello.build();
    }

    @Override
    public void attached() {
        decide(new Event.Attached());
    }

    @Override
    public void certified(PeerCertificate certificate) {
        peerKey.ifPresent(
                key -> {
                    Instant now = InstantSource.system().instant();
                    Instant due = key.take(certificate, now);
                    if (renewal != null) {
                        renewal.cancel(false);
                    }
                    renewal =
                            loop.scheduleWithFixedDelay(
                                    () -> askForCertificate(key),
                                    Duration.between(now, due).toSeconds(),
                                    TimeUnit.MINUTES.toSeconds(RENEWAL_MINUTES),
                                    TimeUnit.SECONDS);
                });
    }

    private void askForCertificate(PeerKey key) {
        if (attachment != null) {
            attachment.send(
                    WorkerMessage.newBuilder()
                            .setCertificateRequest(
                                    CertificateRequest.newBuilder()
                                            .setPeerPublicKey(key.publicKey()))
                            .build());
        }
    }

    @Override
    public void detached() {
        decide(new Event.Detached());
    }

    @Override
    public void received(CoordinatorMessage message) {
        if (message.hasCommitStep()) {
            commitWait.committed(message.getCommitStep().getStep());
        }
        decide(new Event.Received(message));
    }

    @Override
    public void gaveUp(String why) {
        ended.accept(new WorkerException(ErrorCode.CLUSTER_UNREACHABLE, why));
    }

    private void decide(Event event) {
        Decision decision = WorkerCore.apply(state, event);
        state = decision.state();
        if (!decision.reason().isEmpty()) {
            LOG.info("{}", decision.reason());
        }
        decision.actions().forEach(action -> action.accept(this));
    }

    @Override
    public void send(Action.Send action) {
        if (attachment != null) {
            if (action.message().hasStepReduced()) {
                commitWait.reported(action.message().getStepReduced().getStep());
            }
            attachment.send(action.message());
        }
    }

    @Override
    public void load(Action.Load action) {
        runThread.load(action.load(), action.run());
    }

    @Override
    public void reduce(Action.Reduce action) {
        runThread.reduce(action.step(), action.lossScale());
    }

    @Override
    public void measure(Action.Measure action) {
        runThread.measure(action.step(), action.clip());
    }

    @Override
    public void apply(Action.Apply action) {
        runThread.apply(action.commit());
    }

    @Override
    public void evaluate(Action.Evaluate action) {
        runThread.evaluate(action.step());
    }

    @Override
    public void upload(Action.Upload action) {
        runThread.upload(action.fence(), action.step(), action.moments());
    }

    @Override
    public void release(Action.Release action) {
        commitWait.over();
        runThread.release();
    }

    /** The run thread met what a process does not survive: say so, then end. */
    private void crashed(Throwable error) {
        String why = "the worker process ends: " + error;
        LOG.error(why, error);
        if (!loop.isShutdown()) {
            loop.execute(() -> decide(new Event.Failed(state.loads(), false, List.of(why))));
        }
        ended.accept(new WorkerException(ErrorCode.INTERNAL, why, error));
    }

    /** A single thread whose uncaught exceptions end the worker. */
    private final class Loop extends ScheduledThreadPoolExecutor {
        Loop() {
            super(
                    1,
                    task -> {
                        Thread thread = new Thread(task, "shoal-driver");
                        thread.setDaemon(true);
                        return thread;
                    });
            setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }

        @Override
        protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
            super.afterExecute(task, thrown);
            if (!(task instanceof Future<?> future) || !future.isDone()) {
                return;
            }
            try {
                future.get();
            } catch (CancellationException e) {
                LOG.debug("a delayed task was cancelled");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                LOG.error("bug in the worker", e.getCause());
                ended.accept(
                        new WorkerException(
                                ErrorCode.INTERNAL, "bug in the worker: " + e.getCause(), e));
            }
        }
    }
}
