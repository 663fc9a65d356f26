package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Watches that steps go on: a worker whose heartbeats come but whose step does not is as lost as a
 * silent one. The first step of a generation has no deadline, since nobody knows how long it takes.
 */
final class Progress {
    private final Draft draft;

    Progress(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /**
     * Looks at a run after a tick.
     *
     * @param excused whether the time since the last tick was nobody's
     */
    void watch(Run run, boolean excused) {
        if (run.generation() == 0) {
            return;
        }
        int computed = run.step() + 1;
        Pace before =
                draft.state()
                        .pace(run.name())
                        .filter(pace -> pace.fence().equals(run.fence()))
                        .orElseGet(() -> new Pace(run.fence(), computed, draft.at(), List.of()));
        boolean counts = run.stage() == Stage.STEPPING && !excused && allAttached(run);
        Pace pace = counts ? before : before.excused(draft.at());
        if (counts && before.step() < computed) {
            pace = before.reached(computed, draft.at());
        }
        draft.put(run.name(), pace);
        Duration taken = Duration.between(pace.since(), draft.at());
        boolean overdue =
                pace.allowance().filter(allowed -> taken.compareTo(allowed) > 0).isPresent();
        if (overdue) {
            lost(run, taken, pace.median().orElseThrow());
        }
    }

    private void lost(Run run, Duration taken, Duration usual) {
        Crew crew = run.phase().crew().orElseThrow();
        List<Crew.Member> late =
                IntStream.range(0, crew.size())
                        .filter(index -> !run.phase().parts().has(index))
                        .mapToObj(index -> crew.members().get(index))
                        .toList();
        String names = String.join(", ", new Crew(late).names());
        String reason =
                "step "
                        + (run.step() + 1)
                        + " has not come for "
                        + taken.toSeconds()
                        + " s from worker "
                        + names
                        + ", whose heartbeats do; the median step takes "
                        + usual.toMillis()
                        + " ms";
        new Restarts(draft).restart(run, reason);
        if (late.size() == 1) {
            // Others may only have waited for it; it is the one that hangs.
            dismiss(late.get(0), reason);
        }
    }

    private void dismiss(Crew.Member member, String reason) {
        draft.state()
                .workers()
                .find(member.name())
                .flatMap(Worker::session)
                .ifPresent(
                        session ->
                                draft.effect(
                                        new Effect.CloseSession(
                                                session,
                                                Effect.CloseSession.Why.REFUSED,
                                                reason + ". Start it anew")));
        draft.remove(member.name());
    }

    private boolean allAttached(Run run) {
        return run.phase().crew().map(Crew::members).orElse(List.of()).stream()
                .allMatch(
                        member ->
                                draft.state()
                                        .workers()
                                        .find(member.name())
                                        .flatMap(Worker::session)
                                        .isPresent());
    }
}
