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
        Optional<Reply> earlier = earlier(event.key());
        if (earlier.isPresent()) {
            draft.effect(new Effect.Answer(event.id(), earlier.get()));
            return;
        }
        Optional<Reply.Refused> refusal = event.name().flatMap(this::taken).or(this::tooMany);
        if (refusal.isPresent()) {
            draft.effect(new Effect.Answer(event.id(), refusal.get()));
            return;
        }
        RunName name = event.name().orElseGet(this::freeName);
        RunFaultException.blame(name, () -> accept(name, event));
        answer(event.id(), event.key(), Entry.RequestAnswered.Answer.ACCEPTED, name);
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
        Optional<Reply> earlier = earlier(event.key());
        if (earlier.isPresent()) {
            draft.effect(new Effect.Answer(event.id(), earlier.get()));
            return;
        }
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
        answer(event.id(), event.key(), Entry.RequestAnswered.Answer.CANCELLED, event.name());
    }

    /** What a request was told that is sent again; it changes nothing more. */
    private Optional<Reply> earlier(Optional<RequestKey> key) {
        return key.flatMap(sent -> draft.state().answered().find(sent.id()))
                .map(
                        known ->
                                known.key().equals(key.orElseThrow())
                                        ? known.reply()
                                        : new Reply.Refused(
                                                Reply.Refused.Kind.OTHER_REQUEST,
                                                "another request had this request_id; choose one at"
                                                        + " random for each request, and keep it"
                                                        + " only where the same request is sent"
                                                        + " again"));
    }

    private void answer(
            RequestId request,
            Optional<RequestKey> key,
            Entry.RequestAnswered.Answer answer,
            RunName name) {
        key.ifPresent(sent -> draft.record(new Entry.RequestAnswered(sent, answer, name)));
        draft.effect(new Effect.Answer(request, answer.about(name)));
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
