package shoal.coordinator.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import shoal.coordinator.core.RunStatus;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Worker;
import shoal.coordinator.core.WorkerFacts;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.WorkerSummary;
import shoal.wire.Version;

/** A coordinator as a client sees it. */
final class Description {
    private Description() {}

    /**
     * What it is and has now.
     *
     * @param folder on the disk that results and checkpoints go to
     * @throws IOException if that disk does not answer
     */
    static DescribeReply of(State state, Path folder) throws IOException {
        DescribeReply.Builder reply =
                DescribeReply.newBuilder()
                        .setVersion(Version.CURRENT)
                        .setDataFolder(folder.toString())
                        .setFreeBytes(Files.getFileStore(folder).getUsableSpace());
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
        Optional<WorkerFacts> facts = worker.link().attached().map(Worker.Attached::facts);
        return WorkerSummary.newBuilder()
                .setName(worker.name().text())
                .setHost(facts.map(WorkerFacts::host).orElse(""))
                .setLanes(facts.map(WorkerFacts::lanes).orElse(0))
                .setRun(state.runOf(worker.process()).map(run -> run.name().text()).orElse(""))
                .setLost(facts.isEmpty())
                .build();
    }
}
