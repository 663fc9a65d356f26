package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** Ends a run for a bug of ours that it meets, so that all others go on. */
final class SettingAside {
    private final Draft draft;

    SettingAside(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** Ends the run as any other that fails: its workers are free, what is half written goes. */
    void setAside(Event.SetAside event) {
        draft.state()
                .runs()
                .find(event.run())
                .ifPresent(run -> new Endings(draft).end(run, Cause.SET_ASIDE, change(event)));
    }

    /** The last resort, where even that throws: only the run's end is noted and stored. */
    void setAsideBarely(Event.SetAside event) {
        Run run = draft.state().run(event.run());
        draft.store(
                new Entry.EventLogged(run.name(), run.nextSequence(), draft.at(), change(event)));
        draft.record(
                new Entry.RunEnded(
                        run.name(),
                        new Entry.EndedRun(
                                run.position(),
                                run.submittedAt(),
                                draft.at(),
                                RunStatus.FAILED,
                                Event.SetAside.REASON,
                                0,
                                0,
                                List.of())));
        draft.effect(new Effect.Publish(run.name(), run.nextSequence()));
    }

    private static RunEvent.StatusChanged change(Event.SetAside event) {
        return new RunEvent.StatusChanged(
                RunStatus.FAILED, Event.SetAside.REASON, event.trace(), false);
    }
}
