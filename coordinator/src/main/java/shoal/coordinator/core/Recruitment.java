package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which of the workers at hand would compute a run, and why not the others.
 *
 * <p>Workers of one run give the same bits and reach each other: after its first generation, the
 * bits are those of its first worker; before, of the largest group of workers that agree.
 *
 * @param chosen in the order of their names, no more than the run takes
 * @param leftOut why each of the others cannot help, in words
 */
record Recruitment(List<Worker> chosen, List<String> leftOut) {
    Recruitment {
        chosen = List.copyOf(chosen);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Chooses.
     *
     * @param workers attached, in the order of their names
     */
    static Recruitment of(Run run, List<Worker> workers) {
        requireNonNull(run, "run");
        Demand demand = run.spec().submission().demand();
        List<String> leftOut = new ArrayList<>();
        List<Worker> alike = alike(run, workers, leftOut);
        List<Worker> reachable = new ArrayList<>();
        for (Worker worker : alike) {
            if (facts(worker).peer().isPresent()) {
                reachable.add(worker);
            } else if (demand.most() > 1) {
                leftOut.add("worker " + worker.name() + " has no address for other workers");
            }
        }
        boolean together = demand.most() > 1 && (demand.least() > 1 || reachable.size() > 1);
        List<Worker> able = together ? reachable : alike;
        int most = together ? demand.most() : 1;
        return new Recruitment(able.subList(0, Math.min(most, able.size())), leftOut);
    }

    private static List<Worker> alike(Run run, List<Worker> workers, List<String> leftOut) {
        Map<Probe, List<Worker>> groups = new LinkedHashMap<>();
        for (Worker worker : workers) {
            groups.computeIfAbsent(facts(worker).probe(), probe -> new ArrayList<>()).add(worker);
        }
        Optional<Probe> wanted = run.probe().or(() -> largest(groups));
        if (wanted.isEmpty()) {
            return List.of();
        }
        for (Worker worker : workers) {
            facts(worker)
                    .probe()
                    .difference(wanted.get())
                    .ifPresent(
                            operators ->
                                    leftOut.add(
                                            "worker "
                                                    + worker.name()
                                                    + " gives other bits: its "
                                                    + operators
                                                    + " differs"));
        }
        return groups.getOrDefault(wanted.get(), List.of());
    }

    /** The first of the largest groups. */
    private static Optional<Probe> largest(Map<Probe, List<Worker>> groups) {
        Optional<Probe> best = Optional.empty();
        int most = 0;
        for (Map.Entry<Probe, List<Worker>> group : groups.entrySet()) {
            if (group.getValue().size() > most) {
                most = group.getValue().size();
                best = Optional.of(group.getKey());
            }
        }
        return best;
    }

    static WorkerFacts facts(Worker worker) {
        return worker.link()
                .attached()
                .map(Worker.Attached::facts)
                .orElseThrow(() -> new IllegalStateException(worker.name() + " is not attached"));
    }
}
