package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import shoal.coordinator.core.RunName;
import shoal.proto.v1.RunEvent;
import shoal.wire.TokenGate;

/**
 * Those who watch runs. The driver says that there is something new; each watcher reads it from the
 * store when its client can take it. Safe for any thread.
 */
public final class Watchers {
    /** Where stored events are read. */
    @FunctionalInterface
    public interface History {
        /** Events of a run after a sequence, in order, at most {@code limit}. */
        java.util.List<RunEvent> events(RunName run, long afterSequence, int limit);
    }

    private final History history;
    private final Executor threads;
    private final Predicate<String> valid;
    private final Map<RunName, Set<Watcher>> watching = new ConcurrentHashMap<>();

    /**
     * @param threads where events are read and sent; never the driver's
     * @param valid whether a token with this fingerprint is, still
     */
    public Watchers(History history, Executor threads, Predicate<String> valid) {
        this.valid = requireNonNull(valid, "valid");
        this.history = requireNonNull(history, "history");
        this.threads = requireNonNull(threads, "threads");
    }

    /** Replays a run's events to a client and follows until the run ends. */
    void watch(RunName run, long afterSequence, ServerCallStreamObserver<RunEvent> out) {
        Set<Watcher> ofRun = watching.computeIfAbsent(run, name -> ConcurrentHashMap.newKeySet());
        Watcher watcher =
                new Watcher(
                        out,
                        (after, limit) -> history.events(run, after, limit),
                        afterSequence,
                        threads,
                        TokenGate.bearer());
        ofRun.add(watcher);
        watcher.onEnd(() -> ofRun.remove(watcher));
        out.setOnCancelHandler(watcher::cancel);
        out.setOnReadyHandler(watcher::wake);
        watcher.wake();
    }

    /** Ends the calls of those whose token was revoked. */
    public void beat() {
        for (Set<Watcher> ofRun : watching.values()) {
            for (Watcher watcher : ofRun) {
                if (!valid.test(watcher.bearer())) {
                    watcher.revoke();
                }
            }
        }
    }

    /** A run has a new stored event. */
    public void published(RunName run) {
        watching.getOrDefault(run, Set.of()).forEach(Watcher::wake);
    }

    /** How far a run is, for those who watch now. */
    public void progressed(RunName run, RunEvent progress) {
        watching.getOrDefault(run, Set.of()).forEach(watcher -> watcher.show(progress));
    }
}
