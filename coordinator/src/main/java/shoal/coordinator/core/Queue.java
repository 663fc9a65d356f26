package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs in order of submission: accepted and cancelled. */
final class Queue {
    private final Draft draft;

    Queue(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void submitted(Event.Submitted event) {
        Optional<Reply.Refused> refusal = event.name().flatMap(this::taken).or(this::tooMany);
        if (refusal.isPresent()) {
            draft.effect(new Effect.Answer(event.id(), refusal.get()));
            return;
        }
        RunName name = event.name().orElseGet(this::freeName);
        RunFaultException.blame(name, () -> accept(name, event));
        draft.effect(new Effect.Answer(event.id(), new Reply.Accepted(name)));
    }

    private void accept(RunName name, Event.Submitted event) {
        State state = draft.state();
        draft.record(
                new Entry.RunAccepted(
                        new RunSpec(name, event.submission()), state.nextPosition(), draft.at()));
        String reason = "waits for " + awaited(event.submission().demand());
        draft.because(name, "accepted; " + reason);
        draft.log(name, new RunEvent.StatusChanged(RunStatus.QUEUED, reason, List.of(), false));
        for (String notice : event.submission().recipe().notices()) {
            draft.log(name, new RunEvent.Notice(notice));
        }
    }

    void cancelRequested(Event.CancelRequested event) {
        Optional<Run> run = draft.state().runs().find(event.name());
        if (run.isEmpty()) {
            draft.effect(new Effect.Answer(event.id(), notLive(event.name())));
            return;
        }
        String reason =
                event.reason().isBlank() ? "cancelled" : "cancelled: " + event.reason().strip();
        new Endings(draft)
                .end(
                        run.get(),
                        Cause.CANCELLED,
                        new RunEvent.StatusChanged(RunStatus.CANCELLED, reason, List.of(), false));
        draft.effect(new Effect.Answer(event.id(), new Reply.Cancelled(event.name())));
    }

    private static String awaited(Demand demand) {
        return demand.least() == 1 ? "a free worker" : demand.least() + " free workers";
    }

    private Optional<Reply.Refused> taken(RunName name) {
        boolean known =
                draft.state().runs().find(name).isPresent()
                        || draft.state().ended().find(name).isPresent();
        return known
                ? Optional.of(
                        new Reply.Refused(
                                Reply.Refused.Kind.NAME_TAKEN,
                                "there is a run named " + name + " here; choose another name"))
                : Optional.empty();
    }

    private Optional<Reply.Refused> tooMany() {
        int live = draft.state().runs().size();
        if (live >= Bounds.LIVE_RUNS) {
            return Optional.of(
                    new Reply.Refused(
                            Reply.Refused.Kind.TOO_MANY_RUNS,
                            live + " runs wait or run, the most allowed; cancel one or wait"));
        }
        if (live + draft.state().ended().size() >= Bounds.RUNS) {
            return Optional.of(
                    new Reply.Refused(
                            Reply.Refused.Kind.TOO_MANY_RUNS,
                            "this coordinator has seen "
                                    + Bounds.RUNS
                                    + " runs, the most that one data folder keeps; start one with"
                                    + " another --data folder"));
        }
        return Optional.empty();
    }

    private Reply.Refused notLive(RunName name) {
        return draft.state()
                .ended()
                .find(name)
                .map(
                        end ->
                                new Reply.Refused(
                                        Reply.Refused.Kind.RUN_ENDED,
                                        "run " + name + " has ended: " + end.reason()))
                .orElseGet(
                        () ->
                                new Reply.Refused(
                                        Reply.Refused.Kind.UNKNOWN_RUN,
                                        "there is no run named " + name));
    }

    /** "run-7" for the seventh; a name that somebody chose already is passed over. */
    private RunName freeName() {
        List<RunName> tried = new ArrayList<>();
        long number = draft.state().nextPosition();
        for (int i = 0; i <= Bounds.RUNS; i++) {
            RunName name = new RunName("run-" + (number + i));
            if (taken(name).isEmpty()) {
                return name;
            }
            tried.add(name);
        }
        throw new IllegalStateException(tried.size() + " names are taken");
    }
}
