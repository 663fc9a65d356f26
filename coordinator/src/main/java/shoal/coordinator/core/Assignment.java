package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Gives runs to free workers, the oldest run first: a younger one does not overtake one that waits
 * for more workers. Says what a waiting run waits for.
 */
final class Assignment {
    private final Draft draft;

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
        boolean overtaken = false;
        for (Run run : waiting) {
            Recruitment found = Recruitment.of(run, free);
            if (overtaken) {
                notShort(run);
            } else if (found.chosen().size() >= demand(run).least()) {
                start(run, found);
                free.removeAll(found.chosen());
            } else {
                overtaken = true;
                waits(run, found, Recruitment.of(run, attached).chosen().size());
            }
        }
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

    /** The first run in the queue, which has too few free workers. */
    private void waits(Run run, Recruitment found, int attached) {
        Demand demand = demand(run);
        boolean isShort = attached < demand.least() && run.generation() > 0;
        if (!isShort) {
            notShort(run);
        } else if (shortSince(run).isEmpty()) {
            draft.put(run.with(new Phase.Queued(Optional.of(draft.at()))));
        } else if (!draft.at().isBefore(shortSince(run).get().plus(demand.patience()))) {
            fail(run, missing(demand, found));
            return;
        }
        String reason = missing(demand, found);
        boolean worthSaying = demand.least() > 1 || !found.leftOut().isEmpty();
        if (worthSaying && !reason.equals(run.reason())) {
            draft.because(run.name(), reason);
            draft.log(
                    run.name(),
                    new RunEvent.StatusChanged(RunStatus.QUEUED, reason, List.of(), false));
        }
    }

    private void fail(Run run, String missing) {
        Demand demand = demand(run);
        new Endings(draft)
                .end(
                        run,
                        Cause.WORKERS_MISSING,
                        new RunEvent.StatusChanged(
                                RunStatus.FAILED,
                                missing
                                        + ", for "
                                        + demand.patience().toSeconds()
                                        + " s. Start workers and submit it again, or give it a"
                                        + " longer --worker_wait",
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

    private void notShort(Run run) {
        if (shortSince(run).isPresent()) {
            draft.put(run.with(new Phase.Queued()));
        }
    }

    private static Optional<Instant> shortSince(Run run) {
        return run.phase().shortSince();
    }

    private static Demand demand(Run run) {
        return run.spec().submission().demand();
    }
}
