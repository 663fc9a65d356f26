package shoal.coordinator.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import shoal.coordinator.core.PeerFacts;
import shoal.coordinator.core.Run;
import shoal.coordinator.core.RunStatus;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Worker;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.WorkerSummary;
import shoal.wire.Version;

/** A coordinator as a client sees it. */
final class Description {
    private Description() {}

    /**
     * What it is and has now.
     *
     * @param remarks to know besides
     * @param folder on the disk that results and checkpoints go to
     * @throws IOException if that disk does not answer
     */
    static DescribeReply of(State state, Path folder, List<String> remarks) throws IOException {
        DescribeReply.Builder reply =
                DescribeReply.newBuilder()
                        .setVersion(Version.CURRENT)
                        .setDataFolder(folder.toString())
                        .setFreeBytes(Files.getFileStore(folder).getUsableSpace())
                        .addAllRemarks(remarks);
        state.workers().values().forEach(worker -> reply.addWorkers(summary(state, worker)));
        long queued =
                state.runs().values().stream()
                        .filter(run -> run.stage().status() == RunStatus.QUEUED)
                        .count();
        return reply.setQueuedRuns((int) queued)
                .setBusyRuns(state.runs().size() - (int) queued)
                .build();
    }

    private static WorkerSummary summary(State state, Worker worker) {
        WorkerSummary.Builder summary =
                WorkerSummary.newBuilder()
                        .setName(worker.name().text())
                        .setLost(worker.link().attached().isEmpty());
        worker.link()
                .attached()
                .ifPresent(
                        here ->
                                summary.setHost(here.facts().host())
                                        .setLanes(here.facts().lanes())
                                        .setPeer(
                                                here.facts()
                                                        .peer()
                                                        .map(PeerFacts::address)
                                                        .orElse(""))
                                        .setSilentMillis(silentMillis(state, here)));
        state.runOf(worker.process()).ifPresent(run -> addRun(summary, run, worker));
        return summary.build();
    }

    private static void addRun(WorkerSummary.Builder summary, Run run, Worker worker) {
        summary.setRun(run.name().text());
        run.phase()
                .crew()
                .ifPresent(crew -> crew.index(worker.process()).ifPresent(summary::setIndex));
    }

    /** At the last tick: by the coordinator's clock alone, which may differ from the client's. */
    private static long silentMillis(State state, Worker.Attached here) {
        return state.lastTick()
                .map(tick -> Math.max(0, Duration.between(here.heardAt(), tick).toMillis()))
                .orElse(0L);
    }
}
