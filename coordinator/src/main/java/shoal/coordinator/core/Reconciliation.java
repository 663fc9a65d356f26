package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/**
 * A worker says where it is: after loading, and after every redial.
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

    void ready(Run run, WorkerName worker, WorkerReport.Ready report) {
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
            loaded(run, report);
        } else if (atCommit) {
            new Orders(draft).follow(run);
        } else if (run.needsItsWorkers()) {
            new Orders(draft).commitAndFollow(run);
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

    private void loaded(Run run, WorkerReport.Ready report) {
        LoadFacts facts = report.facts();
        Course course;
        try {
            course = Course.of(run.spec().recipe(), facts);
        } catch (UserException e) {
            refused(run, e.problems());
            return;
        }
        for (String notice : report.notices()) {
            draft.log(run.name(), new RunEvent.Notice(notice));
        }
        Run stepping =
                draft.move(
                        draft.state().run(run.name()),
                        Cause.LOADED,
                        new Entry.RunLoaded(run.fence(), facts, draft.at()),
                        "training " + course.steps() + " steps on " + facts.trainRows() + " rows");
        draft.effect(new Effect.ShowProgress(run.name(), stepping.progress()));
        new Orders(draft).follow(stepping);
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
