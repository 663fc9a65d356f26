package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Takes what workers say about runs, and drops what speaks for a session, a generation or a
 * position that is over.
 */
final class Reports {
    private final Draft draft;

    Reports(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    void reported(Event.Reported event) {
        Optional<Worker> worker = draft.state().workerOn(event.session());
        if (worker.isEmpty()) {
            draft.drop(DropReason.ENDED_SESSION);
            return;
        }
        new Membership(draft).heartbeat(event.session());
        Fence fence = event.report().fence();
        Optional<Run> run =
                draft.state()
                        .runs()
                        .find(fence.run())
                        .filter(found -> found.generation() == fence.generation())
                        .filter(found -> found.employs(worker.get().process()));
        if (run.isEmpty()) {
            draft.drop(DropReason.STALE_FENCE);
            return;
        }
        Crew crew = run.get().phase().crew().orElseThrow();
        int index = crew.index(worker.get().process()).orElseThrow();
        RunFaultException.blame(
                fence.run(),
                () -> event.report().accept(new Dispatch(draft, run.get(), worker.get(), index)));
    }

    /** One family, one handler. */
    private record Dispatch(Draft draft, Run run, Worker worker, int index)
            implements WorkerReport.Handler {
        @Override
        public void ready(WorkerReport.Ready report) {
            new Reconciliation(draft).ready(run, index, report);
        }

        @Override
        public void reduced(WorkerReport.Reduced report) {
            if (isReconciled()) {
                new Steps(draft).reduced(run, index, report);
            }
        }

        @Override
        public void measured(WorkerReport.Measured report) {
            if (isReconciled()) {
                new Steps(draft).measured(run, index, report);
            }
        }

        @Override
        public void evaluated(WorkerReport.Evaluated report) {
            if (isReconciled()) {
                new Evaluations(draft).evaluated(run, index, report);
            }
        }

        @Override
        public void uploaded(WorkerReport.Uploaded report) {
            if (isReconciled()) {
                new Finish(draft).uploaded(run, index, report);
            }
        }

        @Override
        public void trouble(WorkerReport.Trouble report) {
            String reason =
                    report.userError()
                            ? "the run's files are at fault"
                            : "worker " + worker.name() + " cannot go on";
            if (run.stage() == Stage.SEALING) {
                // All its parameters are here: what ails the worker now does not matter.
                draft.drop(DropReason.OTHER_STEP);
                return;
            }
            Optional<String> peer = lostPeer(report);
            if (peer.isPresent()) {
                new Restarts(draft)
                        .restart(
                                run,
                                "workers "
                                        + worker.name()
                                        + " and "
                                        + peer.get()
                                        + " lost each other: one of them was frozen, or the"
                                        + " network between them was cut");
                return;
            }
            Optional<String> silent = silentMember();
            if (run.stage() == Stage.STARTING && silent.isPresent()) {
                // That it cannot be reached says nothing about the ways to it.
                new Restarts(draft)
                        .restart(run, "worker " + silent.get() + " fell silent while it loaded");
                return;
            }
            List<String> problems =
                    report.problems().isEmpty()
                            ? List.of("it gave no reason; see its log")
                            : report.problems();
            new Endings(draft)
                    .end(
                            run,
                            Cause.TROUBLE,
                            new RunEvent.StatusChanged(
                                    RunStatus.FAILED, reason, problems, report.userError()));
        }

        /** The name of another member that is not attached now. */
        private Optional<String> silentMember() {
            return run.phase().crew().orElseThrow().members().stream()
                    .filter(member -> !member.process().equals(worker.process()))
                    .filter(
                            member ->
                                    draft.state()
                                            .workers()
                                            .find(member.name())
                                            .flatMap(Worker::session)
                                            .isEmpty())
                    .map(member -> member.name().toString())
                    .findFirst();
        }

        /** The name of another member that is lost to the worker. */
        private Optional<String> lostPeer(WorkerReport.Trouble report) {
            List<String> names = run.phase().crew().orElseThrow().names();
            return report.lostPeer().stream()
                    .filter(peer -> peer != index && peer >= 0 && peer < names.size())
                    .mapToObj(names::get)
                    .findFirst();
        }

        private boolean isReconciled() {
            boolean reconciled =
                    worker.link()
                            .attached()
                            .flatMap(Worker.Attached::reconciledFor)
                            .filter(run.fence()::equals)
                            .isPresent();
            if (!reconciled) {
                draft.drop(DropReason.NOT_RECONCILED);
            }
            return reconciled;
        }
    }
}
