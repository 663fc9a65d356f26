package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import shoal.coordinator.core.Phase.Wait;
import shoal.coordinator.core.Phase.Wait.Why;

/**
 * Gives runs to free workers, the oldest run first: a younger one does not overtake one that waits
 * for more workers.
 *
 * <p>A run starts with as many workers as it takes, or {@link Bounds#SETTLING} after there are as
 * many as it needs. With fewer it says what is missing, and fails after its patience.
 */
final class Assignment {
    private final Draft draft;
    private boolean overtaken;

    Assignment(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void assign() {
        List<Run> waiting =
                draft.state().runs().values().stream()
                        .filter(run -> run.stage() == Stage.QUEUED)
                        .sorted(Comparator.comparingLong(Run::position))
                        .toList();
        if (waiting.isEmpty()) {
            return;
        }
        List<Worker> attached =
                draft.state().workers().values().stream()
                        .filter(worker -> worker.session().isPresent())
                        .toList();
        List<Worker> free = new ArrayList<>(attached);
        free.removeIf(worker -> draft.state().runOf(worker.process()).isPresent());
        for (Run run : waiting) {
            RunFaultException.blame(run.name(), () -> assign(run, attached, free));
        }
    }

    /** Gives a run what it takes of free workers, unless an older run waits for more. */
    private void assign(Run run, List<Worker> attached, List<Worker> free) {
        Recruitment found = Recruitment.of(run, free);
        if (overtaken) {
            waitsFor(run, Optional.empty());
        } else if (isEnough(run, found)) {
            start(run, found);
            free.removeAll(found.chosen());
        } else {
            overtaken = true;
            waits(run, found, Recruitment.of(run, attached).chosen().size());
        }
    }

    private boolean isEnough(Run run, Recruitment found) {
        int count = found.chosen().size();
        return count == demand(run).most()
                || (count >= demand(run).least() && hasWaited(run, Why.MORE, Bounds.SETTLING));
    }

    private void start(Run run, Recruitment found) {
        Crew crew =
                new Crew(
                        found.chosen().stream()
                                .map(
                                        worker ->
                                                new Crew.Member(
                                                        worker.process(),
                                                        Recruitment.facts(worker)))
                                .toList());
        if (crew.size() < demand(run).most()) {
            found.leftOut().forEach(words -> draft.log(run.name(), new RunEvent.Notice(words)));
        }
        String names = String.join(", ", crew.names());
        Run started =
                draft.move(
                        draft.state().run(run.name()),
                        Cause.ASSIGNED,
                        new Entry.GenerationStarted(
                                new Fence(run.name(), run.generation() + 1), crew, draft.at()),
                        crew.size() == 1
                                ? "worker " + names + " loads its files"
                                : "workers " + names + " load its files");
        new Orders(draft).start(started);
    }

    /** The first run in the queue, which has too few free workers, or could take more. */
    private void waits(Run run, Recruitment found, int attached) {
        Demand demand = demand(run);
        if (found.chosen().size() >= demand.least()) {
            waitsFor(run, Optional.of(Why.MORE));
            say(run, settling(demand, found));
            return;
        }
        int missing = demand.least() - attached;
        if (missing > 0 && hasWaited(run, Why.LEAST, demand.patience())) {
            fail(run, missing(demand, found));
            return;
        }
        boolean worthSaying =
                demand.least() > 1
                        || !found.leftOut().isEmpty()
                        || hasWaited(run, Why.LEAST, Bounds.SETTLING);
        waitsFor(run, missing > 0 ? Optional.of(Why.LEAST) : Optional.empty());
        if (worthSaying) {
            say(
                    run,
                    missing(demand, found)
                            + (missing > 0
                                    ? "; "
                                            + missing
                                            + " more must join within "
                                            + demand.patience().toSeconds()
                                            + " s"
                                    : ""));
        }
    }

    private void say(Run run, String reason) {
        if (!reason.equals(run.reason())) {
            draft.because(run.name(), reason);
            draft.log(
                    run.name(),
                    new RunEvent.StatusChanged(RunStatus.QUEUED, reason, List.of(), false));
        }
    }

    private void fail(Run run, String missing) {
        Demand demand = demand(run);
        int saved = run.recovery().step();
        new Endings(draft)
                .end(
                        run,
                        Cause.WORKERS_MISSING,
                        new RunEvent.StatusChanged(
                                RunStatus.FAILED,
                                missing
                                        + ", for "
                                        + demand.patience().toSeconds()
                                        + " s. Start workers and submit it again"
                                        + (saved == 0 ? "" : ", to go on from checkpoint-" + saved)
                                        + ", or give it a longer --worker_wait",
                                List.of(),
                                false));
    }

    private static String missing(Demand demand, Recruitment found) {
        List<String> names = found.chosen().stream().map(worker -> worker.name().text()).toList();
        String free =
                demand.least() == 1
                        ? "a free worker"
                        : demand.least()
                                + " free workers, has "
                                + (names.isEmpty() ? "none" : String.join(", ", names));
        String leftOut = found.leftOut().isEmpty() ? "" : "; " + String.join("; ", found.leftOut());
        return "waits for " + free + leftOut;
    }

    private static String settling(Demand demand, Recruitment found) {
        List<String> names = found.chosen().stream().map(worker -> worker.name().text()).toList();
        return "starts with "
                + String.join(", ", names)
                + " unless more of "
                + demand.inWords()
                + " join within "
                + Bounds.SETTLING.toSeconds()
                + " s";
    }

    /** Notes what the run waits for; the time counts from the first note of it on. */
    private void waitsFor(Run run, Optional<Why> why) {
        if (!run.phase().waiting().map(Wait::why).equals(why)) {
            draft.put(run.with(new Phase.Queued(why.map(any -> new Wait(any, draft.at())))));
        }
    }

    private boolean hasWaited(Run run, Why why, Duration time) {
        return run.phase()
                .waiting()
                .filter(wait -> wait.why() == why)
                .filter(wait -> !draft.at().isBefore(wait.since().plus(time)))
                .isPresent();
    }

    private static Demand demand(Run run) {
        return run.spec().submission().demand();
    }
}
