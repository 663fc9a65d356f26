package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import shoal.coordinator.core.RunName;
import shoal.proto.v1.RunEvent;

/**
 * Those who watch runs. The driver says that there is something new; each watcher reads it from the
 * store when its client can take it. Safe for any thread.
 */
public final class Watchers {
    /** Where stored events are read. */
    @FunctionalInterface
    public interface History {
        /** Events of a run after a sequence, in order, at most {@code limit}. */
        List<RunEvent> events(RunName run, long afterSequence, int limit);
    }

    private final History history;
    private final OpenStreams streams;
    private final Map<RunName, Map<Watcher, Outflow<RunEvent>>> watching =
            new ConcurrentHashMap<>();

    /**
     * @param streams where those who take nothing are noticed
     */
    public Watchers(History history, OpenStreams streams) {
        this.history = requireNonNull(history, "history");
        this.streams = requireNonNull(streams, "streams");
    }

    /**
     * Replays a run's events to a client and follows until the run ends.
     *
     * @param threads where events are read and sent; never the driver's
     */
    void watch(
            RunName run,
            long afterSequence,
            ServerCallStreamObserver<RunEvent> out,
            Executor threads) {
        Map<Watcher, Outflow<RunEvent>> ofRun =
                watching.computeIfAbsent(run, name -> new ConcurrentHashMap<>());
        Watcher watcher =
                new Watcher(
                        (after, limit) -> history.events(run, after, limit),
                        afterSequence,
                        ofRun::remove);
        Outflow<RunEvent> flow = Outflow.prepare(out, watcher, threads, streams);
        ofRun.put(watcher, flow);
        flow.wake();
    }

    /** A run has a new stored event. */
    public void published(RunName run) {
        watching.getOrDefault(run, Map.of()).values().forEach(Outflow::wake);
    }

    /** How far a run is, for those who watch now. */
    public void progressed(RunName run, RunEvent progress) {
        watching.getOrDefault(run, Map.of())
                .forEach(
                        (watcher, flow) -> {
                            watcher.show(progress);
                            flow.wake();
                        });
    }
}
