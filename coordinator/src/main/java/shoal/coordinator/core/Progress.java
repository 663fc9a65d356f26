package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Watches that steps go on: a worker whose heartbeats come but whose step does not is as lost as a
 * silent one. So is one that cannot begin: how long files and the first step of a generation take
 * is known once a member is done; before that, all are given {@link Bounds#FIRST_STEP}.
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
        boolean loads = run.stage() == Stage.STARTING;
        int computed = loads ? 0 : run.step() + 1;
        Pace before =
                draft.state()
                        .pace(run.name())
                        .filter(pace -> pace.fence().equals(run.fence()))
                        .filter(pace -> (pace.step() == 0) == loads)
                        .orElseGet(() -> Pace.begun(run.fence(), computed, draft.at()));
        boolean counts = (loads || run.stage() == Stage.STEPPING) && !excused && allAttached(run);
        Pace pace = counts ? before : before.excused(draft.at());
        if (counts && before.step() < computed) {
            pace = before.reached(computed, draft.at());
        }
        if (counts && done(run).byIndex().size() > 0) {
            pace = pace.partCame(draft.at());
        }
        draft.put(run.name(), pace);
        Duration taken = Duration.between(pace.since(), draft.at());
        if (taken.compareTo(pace.allowance()) > 0) {
            lost(run, taken, pace);
        }
    }

    /** Who is done with what all are to do. */
    private static Gathered<?> done(Run run) {
        if (run.stage() == Stage.STARTING) {
            return run.phase().ready();
        }
        Optional<Measuring> measuring = run.phase().measuring();
        return measuring.isPresent() ? measuring.get().parts() : run.phase().parts();
    }

    private void lost(Run run, Duration taken, Pace pace) {
        Crew crew = run.phase().crew().orElseThrow();
        List<Crew.Member> late =
                IntStream.range(0, crew.size())
                        .filter(index -> !done(run).has(index))
                        .mapToObj(index -> crew.members().get(index))
                        .toList();
        String reason =
                (pace.step() == 0 ? "the end of loading" : "step " + pace.step())
                        + " has not come for "
                        + taken.toSeconds()
                        + " s from worker "
                        + String.join(", ", new Crew(late).names())
                        + ", whose heartbeats do; "
                        + known(pace);
        new Restarts(draft).restart(run, reason);
        if (late.size() == 1) {
            // Others may only have waited for it; it is the one that hangs.
            dismiss(late.get(0), reason);
        }
    }

    private static String known(Pace pace) {
        return pace.median()
                .map(usual -> "the median step takes " + usual.toMillis() + " ms")
                .or(
                        () ->
                                pace.measure()
                                        .map(
                                                first ->
                                                        "the first worker was done after "
                                                                + first.toSeconds()
                                                                + " s"))
                .orElse("nobody is given longer to begin");
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
