package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/**
 * A worker says where it is: after loading, and after every redial. What it is told then is told to
 * it alone: the others go on with what they do.
 *
 * <p>If commit(s) is stored and the worker is at s-1 with the gradient of s, it is sent again with
 * the same factors; if the worker is at s, what follows is sent. Everything else means that what it
 * held is gone.
 */
final class Reconciliation {
    private final Draft draft;

    Reconciliation(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void ready(Run run, int index, WorkerReport.Ready report) {
        WorkerName worker = run.phase().crew().orElseThrow().members().get(index).name();
        HeldRun.Position position = report.position();
        int committed = run.step();
        boolean atCommit = position.appliedStep() == committed;
        boolean holdsCommitted =
                committed > 0
                        && position.appliedStep() == committed - 1
                        && position.reducedStep() == committed;
        if (!atCommit && !holdsCommitted && run.needsItsWorkers()) {
            new Restarts(draft)
                    .restart(
                            run,
                            "worker "
                                    + worker
                                    + " is at step "
                                    + position.appliedStep()
                                    + " and holds the gradient of step "
                                    + position.reducedStep()
                                    + ", but step "
                                    + committed
                                    + " is committed");
            return;
        }
        reconciled(run, worker);
        if (run.stage() == Stage.STARTING) {
            loaded(run, index, report);
        } else if (atCommit) {
            new Orders(draft).follow(run, index);
        } else if (run.needsItsWorkers()) {
            new Orders(draft).commitAndFollow(run, index);
        }
    }

    private void reconciled(Run run, WorkerName name) {
        draft.because(name, "ready for run " + run.name() + " at step " + run.step());
        draft.state()
                .workers()
                .find(name)
                .ifPresent(
                        worker ->
                                worker.link()
                                        .attached()
                                        .map(link -> worker.with(link.reconciled(run.fence())))
                                        .ifPresent(draft::put));
    }

    /** A member has loaded the files; with the last one, training begins. */
    private void loaded(Run run, int index, WorkerReport.Ready report) {
        Crew crew = run.phase().crew().orElseThrow();
        Gathered<WorkerReport.Ready> ready = run.phase().ready().with(index, report);
        if (ready.isWhole(crew)) {
            begin(run, crew, List.copyOf(ready.values()));
        } else {
            draft.put(run.with(new Phase.Starting(crew, ready)));
        }
    }

    private void begin(Run run, Crew crew, List<WorkerReport.Ready> ready) {
        Optional<String> difference = difference(crew, ready);
        if (difference.isPresent()) {
            new Endings(draft)
                    .end(
                            run,
                            Cause.TROUBLE,
                            new RunEvent.StatusChanged(
                                    RunStatus.FAILED, difference.get(), List.of(), false));
            return;
        }
        LoadFacts facts = ready.get(0).facts();
        Course course;
        try {
            course = Course.of(run.spec().recipe(), facts);
            course.requireStep(run.step());
        } catch (UserException e) {
            refused(run, e.problems());
            return;
        }
        ready.stream()
                .flatMap(one -> one.notices().stream())
                .distinct()
                .forEach(notice -> draft.log(run.name(), new RunEvent.Notice(notice)));
        Entry entry = new Entry.RunLoaded(run.fence(), facts, draft.at());
        Stage next = Fold.fold(draft.state(), entry).run(run.name()).stage();
        String from = run.step() == 0 ? "" : ", from step " + run.step() + " on";
        Run loaded =
                draft.move(
                        draft.state().run(run.name()),
                        cause(next),
                        entry,
                        "training "
                                + course.steps()
                                + " steps on "
                                + facts.trainRows()
                                + " rows"
                                + from);
        if (next == Stage.UPLOADING) {
            loaded = new Finish(draft).trained(loaded);
        }
        draft.effect(new Effect.ShowProgress(run.name(), loaded.progress()));
        new Orders(draft).follow(loaded);
    }

    private static Cause cause(Stage next) {
        return switch (next) {
            case STEPPING -> Cause.LOADED;
            case EVALUATING -> Cause.LOADED_BEFORE_EVALUATION;
            case UPLOADING -> Cause.LOADED_LAST;
            case QUEUED, STARTING, SAVING, SEALING, DONE, FAILED, CANCELLED ->
                    throw new IllegalStateException("loading leads to " + next);
        };
    }

    /** How what one worker loaded differs from what the first one did. */
    private static Optional<String> difference(Crew crew, List<WorkerReport.Ready> ready) {
        WorkerReport.Ready first = ready.get(0);
        for (int i = 1; i < ready.size(); i++) {
            WorkerReport.Ready other = ready.get(i);
            String names = "workers " + crew.names().get(0) + " and " + crew.names().get(i);
            if (!first.facts().equals(other.facts())) {
                return Optional.of(
                        names
                                + " read other things from the same files: "
                                + first.facts()
                                + " and "
                                + other.facts());
            }
            if (!first.shardMap().equals(other.shardMap())) {
                return Optional.of(names + " disagree on who owns which blocks");
            }
        }
        return Optional.empty();
    }

    private void refused(Run run, List<Problem> problems) {
        new Endings(draft)
                .end(
                        run,
                        Cause.TROUBLE,
                        new RunEvent.StatusChanged(
                                RunStatus.FAILED,
                                "the run's files are at fault",
                                problems.stream().map(Problem::toString).toList(),
                                true));
    }
}
