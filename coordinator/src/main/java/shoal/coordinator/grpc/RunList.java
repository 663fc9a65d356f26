package shoal.coordinator.grpc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Run;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.coordinator.message.RunEvents;
import shoal.proto.v1.RunSummary;

/** Runs as a client lists them. */
final class RunList {
    private record Placed(long position, RunSummary summary) {}

    private RunList() {}

    /** Newest first. */
    static List<RunSummary> of(State state) {
        List<Placed> all = new ArrayList<>();
        for (Run run : state.runs().values()) {
            all.add(new Placed(run.position(), summary(run)));
        }
        for (Map.Entry<RunName, Entry.EndedRun> run : state.ended().asMap().entrySet()) {
            all.add(new Placed(run.getValue().position(), summary(run.getKey(), run.getValue())));
        }
        return all.stream()
                .sorted(Comparator.comparingLong(Placed::position).reversed())
                .limit(Bounds.LISTED_RUNS)
                .map(Placed::summary)
                .toList();
    }

    static Optional<RunSummary> of(State state, RunName name) {
        return state.runs()
                .find(name)
                .map(RunList::summary)
                .or(() -> state.ended().find(name).map(ended -> summary(name, ended)));
    }

    private static RunSummary summary(Run run) {
        return RunSummary.newBuilder()
                .setName(run.name().text())
                .setStatus(RunEvents.status(run.stage().status()))
                .setStep(run.step())
                .setSteps(run.steps())
                .setReason(run.reason())
                .setSubmittedMillis(run.submittedAt().toEpochMilli())
                .addAllWorkers(run.workers())
                .build();
    }

    private static RunSummary summary(RunName name, Entry.EndedRun ended) {
        return RunSummary.newBuilder()
                .setName(name.text())
                .setStatus(RunEvents.status(ended.status()))
                .setStep(ended.step())
                .setSteps(ended.steps())
                .setReason(ended.reason())
                .setSubmittedMillis(ended.submittedAt().toEpochMilli())
                .setEndedMillis(ended.endedAt().toEpochMilli())
                .addAllWorkers(ended.workers())
                .build();
    }
}
