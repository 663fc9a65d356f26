package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.plan.log.LogRow;

/**
 * A decision while it is made. Lives for one {@link Core#apply}; handlers change it, nobody else
 * sees it.
 */
final class Draft {
    private final Instant at;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Decision.Reason> reasons = new ArrayList<>();
    private final List<Lifecycle.Transition> transitions = new ArrayList<>();
    private State state;

    Draft(State state, Instant at) {
        this.state = requireNonNull(state, "state");
        this.at = requireNonNull(at, "at");
    }

    Decision decision() {
        return new Decision(state, entries, effects, reasons, transitions);
    }

    State state() {
        return state;
    }

    /** When the event happened. */
    Instant at() {
        return at;
    }

    void put(Worker worker) {
        state = state.with(worker);
    }

    void remove(WorkerName worker) {
        state = state.without(worker);
    }

    /** Changes what is known of a run without an entry: forgotten when the process ends. */
    void put(Run run) {
        state = state.with(run);
    }

    /** Notes how fast a run goes. */
    void put(RunName run, Pace pace) {
        state = state.with(run, pace);
    }

    void ticked() {
        state = state.ticked(at);
    }

    void drop(DropReason reason) {
        state = state.withDropped(reason);
    }

    void effect(Effect effect) {
        effects.add(requireNonNull(effect, "effect"));
    }

    void because(WorkerName worker, String words) {
        reasons.add(new Decision.Reason("worker=" + worker, words));
    }

    void because(RunName run, String words) {
        reasons.add(new Decision.Reason("run=" + run, words));
    }

    /** Stores an entry and does to the state what it says. */
    void record(Entry entry) {
        entries.add(entry);
        state = Fold.fold(state, entry);
    }

    /** Stores an entry that no state depends on any more. */
    void store(Entry entry) {
        entries.add(entry);
    }

    /** Stores an event of a run and tells those who watch. */
    void log(RunName name, RunEvent event) {
        long sequence = state.run(name).nextSequence();
        record(new Entry.EventLogged(name, sequence, at, event));
        effects.add(new Effect.Publish(name, sequence));
    }

    /** Moves a run to the stage that an entry brings it to, which must be the table's. */
    Run move(Run before, Cause cause, Entry entry, String reason) {
        List<LogRow> rowsBefore = history(before);
        record(entry);
        Run after = state.run(before.name());
        moved(before.stage(), cause, after.stage());
        List<LogRow> rows = history(after);
        for (LogRow row : rows.subList(Math.min(rowsBefore.size(), rows.size()), rows.size())) {
            log(before.name(), new RunEvent.Logged(row));
        }
        announce(before, after.stage(), reason);
        return state.run(before.name());
    }

    /** Moves a run to a stage that only the process knows of: it is found again after a restart. */
    Run move(Run before, Cause cause, Phase next, String reason) {
        put(before.with(next));
        moved(before.stage(), cause, next.stage());
        announce(before, next.stage(), reason);
        return state.run(before.name());
    }

    /** Ends a run, which then is not live any more. */
    void end(Run run, Cause cause, RunEvent.StatusChanged change) {
        Stage to = Lifecycle.after(run.stage(), cause);
        moved(run.stage(), cause, to);
        because(run.name(), change.reason());
        log(run.name(), change);
        record(
                new Entry.RunEnded(
                        run.name(),
                        new Entry.EndedRun(
                                run.position(),
                                run.submittedAt(),
                                at,
                                to.status(),
                                change.reason(),
                                run.step(),
                                run.steps(),
                                run.workers())));
    }

    /** Tells every attached worker of the run's crew. */
    void tellCrew(Run run, Command command) {
        for (Crew.Member member : run.phase().crew().map(Crew::members).orElse(List.of())) {
            tell(member, command);
        }
    }

    /** Tells one worker of a crew, if it is attached. */
    void tell(Crew.Member member, Command command) {
        sessionOf(member.process()).ifPresent(session -> effect(new Effect.Tell(session, command)));
    }

    private Optional<SessionId> sessionOf(WorkerProcess process) {
        return state.workers()
                .find(process.name())
                .filter(worker -> worker.process().equals(process))
                .flatMap(Worker::session);
    }

    private void moved(Stage from, Cause cause, Stage to) {
        if (Lifecycle.after(from, cause) != to) {
            throw new IllegalStateException(
                    from + " --" + cause + "--> " + to + " is not in the table");
        }
        transitions.add(new Lifecycle.Transition(from, cause, to));
    }

    private void announce(Run before, Stage after, String reason) {
        if (after.status() != before.stage().status()) {
            because(before.name(), reason);
            log(
                    before.name(),
                    new RunEvent.StatusChanged(after.status(), reason, List.of(), false));
        }
    }

    private static List<LogRow> history(Run run) {
        return run.phase()
                .attempt()
                .map(Attempt::ledger)
                .or(() -> run.recovery().saved().map(Recovery.Saved::ledger))
                .map(Ledger::history)
                .orElse(List.of());
    }
}
