package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What an entry does to the state. The same fold makes a live decision and reads the store back, so
 * that a coordinator which was killed knows what it knew.
 */
public final class Fold implements Entry.Handler<State> {
    private final State state;

    private Fold(State state) {
        this.state = requireNonNull(state, "state");
    }

    /** The state after one more entry. */
    public static State fold(State state, Entry entry) {
        return entry.accept(new Fold(state));
    }

    @Override
    public State runAccepted(Entry.RunAccepted entry) {
        return state.withAccepted(
                new Run(
                        entry.spec(),
                        entry.position(),
                        entry.at(),
                        0,
                        0,
                        1,
                        "",
                        Optional.empty(),
                        new Phase.Queued(),
                        Recovery.of(
                                entry.spec()
                                        .submission()
                                        .resume()
                                        .map(point -> saved(entry, point)))));
    }

    private static Recovery.Saved saved(Entry.RunAccepted entry, ResumePoint point) {
        return new Recovery.Saved(
                Ledger.at(point, entry.at()), entry.spec().submission().checkpoint());
    }

    @Override
    public State generationStarted(Entry.GenerationStarted entry) {
        Run run = state.run(entry.fence().run());
        if (entry.fence().generation() != run.generation() + 1) {
            throw new IllegalStateException(
                    entry.fence() + " follows generation " + run.generation());
        }
        return state.with(run.withGeneration(entry.fence().generation(), entry.crew()));
    }

    @Override
    public State generationEnded(Entry.GenerationEnded entry) {
        return state.with(at(entry.fence()).withOneMoreRestart());
    }

    @Override
    public State runLoaded(Entry.RunLoaded entry) {
        Run run = at(entry.fence());
        Crew crew =
                run.phase()
                        .crew()
                        .orElseThrow(() -> new IllegalStateException(run.name() + " has no crew"));
        Course course = Course.of(run.spec().recipe(), entry.facts());
        Ledger ledger =
                run.recovery()
                        .saved()
                        .map(saved -> saved.ledger().resumed(course, entry.at()))
                        .orElseGet(() -> Ledger.begun(course, entry.at()));
        return state.with(run.with(new Attempt(crew, course, ledger).next()));
    }

    @Override
    public State stepCommitted(Entry.StepCommitted entry) {
        Run run = received(at(entry.fence()));
        Attempt attempt = attempt(run);
        Ledger ledger = settled(attempt).with(attempt.course(), entry.commit());
        return state.with(
                run.with(attempt.with(ledger).next())
                        .with(run.recovery().committed(entry.commit())));
    }

    /** What follows a checkpoint is only done when all its state had come. */
    private static Run received(Run run) {
        Attempt attempt = attempt(run);
        if (!attempt.ledger().saveIsDue()) {
            return run;
        }
        Ledger ledger = attempt.ledger().saved();
        return run.with(attempt.with(ledger).next()).with(run.recovery().sealing(ledger));
    }

    @Override
    public State checkpointSealed(Entry.CheckpointSealed entry) {
        Run run = at(entry.fence());
        Attempt attempt = attempt(run);
        boolean barrier = attempt.ledger().saveIsDue() && run.step() == entry.step();
        Run after =
                barrier
                        ? run.with(
                                attempt.with(attempt.ledger().saved().settled(attempt.course()))
                                        .next())
                        : run;
        Ledger ledger =
                barrier
                        ? attempt.ledger().saved()
                        : run.recovery()
                                .sealing()
                                .filter(sealing -> sealing.step() == entry.step())
                                .orElseThrow(
                                        () ->
                                                new IllegalStateException(
                                                        "checkpoint-"
                                                                + entry.step()
                                                                + " of "
                                                                + run.name()
                                                                + " was not saved"));
        // Without its moments it is nothing to fall back on.
        return state.with(
                run.spec().recipe().selection().modelOnly()
                        ? after.with(after.recovery().notSealing())
                        : after.sealed(new Recovery.Saved(ledger, entry.files())));
    }

    @Override
    public State evaluated(Entry.Evaluated entry) {
        Run run = received(at(entry.fence()));
        Attempt attempt = attempt(run);
        if (entry.step() != run.step()) {
            throw new IllegalStateException(
                    "evaluation of step " + entry.step() + " at step " + run.step());
        }
        Ledger ledger = settled(attempt).with(attempt.course(), entry.result(), entry.seconds());
        return state.with(run.with(attempt.with(ledger).next()));
    }

    @Override
    public State trained(Entry.Trained entry) {
        Run run = at(entry.fence());
        Attempt attempt = attempt(run);
        Ledger ledger = attempt.ledger().trained(attempt.course(), entry.at());
        return state.with(run.with(attempt.with(ledger).next()));
    }

    @Override
    public State runEnded(Entry.RunEnded entry) {
        return state.withEnded(entry.name(), entry.ended());
    }

    @Override
    public State requestAnswered(Entry.RequestAnswered entry) {
        return state.with(entry);
    }

    @Override
    public State eventLogged(Entry.EventLogged entry) {
        Run run = state.run(entry.name());
        return state.with(
                run.afterEvent(
                        entry.sequence(), entry.event().accept(new ReasonAfter(run.reason()))));
    }

    /** The run at this fence, which must be its current one. */
    private Run at(Fence fence) {
        Run run = state.run(fence.run());
        if (run.generation() != fence.generation()) {
            throw new IllegalStateException(fence + " is stored at generation " + run.generation());
        }
        return run;
    }

    /** A log row that is due behind a checkpoint is written with the next thing that is stored. */
    private static Ledger settled(Attempt attempt) {
        return attempt.ledger().settled(attempt.course());
    }

    private static Attempt attempt(Run run) {
        return run.phase()
                .attempt()
                .orElseThrow(() -> new IllegalStateException(run.name() + " is " + run.stage()));
    }

    /** A new status brings its reason; everything else leaves it. */
    private record ReasonAfter(String reason) implements RunEvent.Handler<String> {
        @Override
        public String statusChanged(RunEvent.StatusChanged event) {
            return event.reason();
        }

        @Override
        public String notice(RunEvent.Notice event) {
            return reason;
        }

        @Override
        public String logged(RunEvent.Logged event) {
            return reason;
        }

        @Override
        public String reported(RunEvent.Reported event) {
            return reason;
        }

        @Override
        public String checkpointSaved(RunEvent.CheckpointSaved event) {
            return reason;
        }

        @Override
        public String restarted(RunEvent.Restarted event) {
            return reason;
        }
    }
}
