package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a coordinator knows. Immutable; any thread may read it.
 *
 * @param workers attached ones, and lost ones that a run still waits for
 * @param runs that have not ended
 * @param ended what became of the others
 * @param nextPosition in the queue
 * @param lastTick when time passed last
 * @param paces how fast runs go
 * @param dropped messages without effect, counted
 * @param answered requests that changed something, by their ids: at most two for each run
 */
public record State(
        Table<WorkerName, Worker> workers,
        Table<RunName, Run> runs,
        Table<RunName, Entry.EndedRun> ended,
        long nextPosition,
        Optional<Instant> lastTick,
        Table<RunName, Pace> paces,
        Table<DropReason, Long> dropped,
        Table<String, Entry.RequestAnswered> answered) {
    public State {
        requireNonNull(workers, "workers");
        requireNonNull(runs, "runs");
        requireNonNull(ended, "ended");
        requireNonNull(lastTick, "lastTick");
        requireNonNull(paces, "paces");
        requireNonNull(dropped, "dropped");
        requireNonNull(answered, "answered");
    }

    /** A coordinator that has seen nothing. */
    public static State empty() {
        return new State(
                Table.empty(),
                Table.empty(),
                Table.empty(),
                1,
                Optional.empty(),
                Table.empty(),
                Table.empty(),
                Table.empty());
    }

    /**
     * This state, read back from the store, at a coordinator's start: the workers of live runs may
     * dial again for a while.
     *
     * <p>Two runs can name two processes of one worker: the earlier one was sealing its output,
     * which only a living coordinator knows, when the later one began. Then the later process is
     * waited for; the next tick starts the other run again.
     */
    public State reopened(Instant at) {
        Worker.Lost lost = new Worker.Lost(at.plus(Bounds.REDIAL_AFTER_RESTART));
        State next = this;
        for (Run run : runs.values()) {
            // What had come of a checkpoint and was not sealed is gone.
            next = next.with(run.with(run.recovery().notSealing()));
        }
        for (Stage stage :
                List.of(
                        Stage.UPLOADING,
                        Stage.SAVING,
                        Stage.EVALUATING,
                        Stage.STEPPING,
                        Stage.STARTING)) {
            for (Run run : runs.values()) {
                if (run.stage() == stage) {
                    for (Crew.Member member :
                            run.phase().crew().map(Crew::members).orElse(List.of())) {
                        next = next.with(new Worker(member.process(), lost));
                    }
                }
            }
        }
        return next;
    }

    /** Whether this process is attached or waited for. */
    boolean knows(WorkerProcess process) {
        return workers.find(process.name())
                .filter(worker -> worker.process().equals(process))
                .isPresent();
    }

    /** How many runs ended because they met a bug of ours. */
    public long setAside() {
        return ended.values().stream().filter(State::isSetAside).count();
    }

    /** The last one of them. */
    public Optional<RunName> newestSetAside() {
        return ended.asMap().entrySet().stream()
                .filter(run -> isSetAside(run.getValue()))
                .max(Comparator.comparing(run -> run.getValue().endedAt()))
                .map(Map.Entry::getKey);
    }

    private static boolean isSetAside(Entry.EndedRun run) {
        return run.reason().equals(Event.SetAside.REASON);
    }

    /** The run, which must be live. */
    Run run(RunName name) {
        return runs.find(name).orElseThrow(() -> new IllegalStateException(name + " is not live"));
    }

    /** The live run that this process works on. */
    public Optional<Run> runOf(WorkerProcess process) {
        return runs.values().stream().filter(run -> run.employs(process)).findFirst();
    }

    /** The worker that speaks on this session. */
    Optional<Worker> workerOn(SessionId session) {
        return workers.values().stream()
                .filter(worker -> worker.session().filter(session::equals).isPresent())
                .findFirst();
    }

    long droppedFor(DropReason reason) {
        return dropped.find(reason).orElse(0L);
    }

    State with(Worker worker) {
        return withWorkers(workers.with(worker.name(), worker));
    }

    State without(WorkerName worker) {
        return withWorkers(workers.without(worker));
    }

    State with(Run run) {
        return new State(
                workers,
                runs.with(run.name(), run),
                ended,
                nextPosition,
                lastTick,
                paces,
                dropped,
                answered);
    }

    State withAccepted(Run run) {
        return new State(
                workers,
                runs.with(run.name(), run),
                ended,
                Math.max(nextPosition, run.position() + 1),
                lastTick,
                paces,
                dropped,
                answered);
    }

    State withEnded(RunName name, Entry.EndedRun end) {
        return new State(
                workers,
                runs.without(name),
                ended.with(name, end),
                Math.max(nextPosition, end.position() + 1),
                lastTick,
                paces.without(name),
                dropped,
                answered);
    }

    State with(Entry.RequestAnswered request) {
        return new State(
                workers,
                runs,
                ended,
                nextPosition,
                lastTick,
                paces,
                dropped,
                answered.with(request.key().id(), request));
    }

    State ticked(Instant at) {
        return new State(
                workers, runs, ended, nextPosition, Optional.of(at), paces, dropped, answered);
    }

    State withDropped(DropReason reason) {
        return new State(
                workers,
                runs,
                ended,
                nextPosition,
                lastTick,
                paces,
                dropped.with(reason, droppedFor(reason) + 1),
                answered);
    }

    Optional<Pace> pace(RunName run) {
        return paces.find(run);
    }

    State with(RunName run, Pace pace) {
        return new State(
                workers,
                runs,
                ended,
                nextPosition,
                lastTick,
                paces.with(run, pace),
                dropped,
                answered);
    }

    private State withWorkers(Table<WorkerName, Worker> next) {
        return new State(next, runs, ended, nextPosition, lastTick, paces, dropped, answered);
    }
}
