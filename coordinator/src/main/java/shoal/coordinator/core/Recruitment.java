package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which of the workers at hand would compute a run, and why not the others.
 *
 * <p>Workers of one run give the same bits and reach each other. All who are attached at a time
 * agree ({@link Membership}); after its first generation, a run also keeps to the bits of its first
 * worker, whoever is attached then.
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
        List<Worker> alike = new ArrayList<>();
        for (Worker worker : workers) {
            Optional<String> differs =
                    run.probe().flatMap(wanted -> facts(worker).probe().difference(wanted));
            if (differs.isEmpty()) {
                alike.add(worker);
            }
            differs.ifPresent(
                    operators ->
                            leftOut.add(
                                    "worker "
                                            + worker.name()
                                            + " gives other bits: its "
                                            + operators
                                            + " differs"));
        }
        return alike;
    }

    static WorkerFacts facts(Worker worker) {
        return worker.link()
                .attached()
                .map(Worker.Attached::facts)
                .orElseThrow(() -> new IllegalStateException(worker.name() + " is not attached"));
    }
}
