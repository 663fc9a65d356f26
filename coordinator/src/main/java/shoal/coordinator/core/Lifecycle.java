package shoal.coordinator.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The table of a run's life: stage x cause -> stage.
 *
 * <p>Every change of a run's stage goes through {@link #after}, so a way that is not in the table
 * is a bug that sets the run aside; a way that no test takes fails the test of the table.
 */
public final class Lifecycle {
    /** One way of the table. */
    public record Transition(Stage from, Cause cause, Stage to) {
        @Override
        public String toString() {
            return from + " --" + cause + "--> " + to;
        }
    }

    private static final List<Transition> TABLE = table();
    private static final Map<Stage, Map<Cause, Stage>> BY_STAGE = byStage();

    private Lifecycle() {}

    /** Every way, in the order of a run's life. */
    public static List<Transition> transitions() {
        return TABLE;
    }

    /** The stage that a cause leads to. */
    public static Stage after(Stage from, Cause cause) {
        Map<Cause, Stage> ways = BY_STAGE.getOrDefault(from, Map.of());
        Stage to = ways.get(cause);
        if (to == null) {
            throw new IllegalStateException(
                    "a run that is "
                            + from
                            + " met "
                            + cause
                            + "; the table has "
                            + new TreeSet<>(ways.keySet()));
        }
        return to;
    }

    private static List<Transition> table() {
        List<Transition> ways = new ArrayList<>();
        ways.add(new Transition(Stage.QUEUED, Cause.ASSIGNED, Stage.STARTING));
        ways.add(new Transition(Stage.STARTING, Cause.LOADED, Stage.STEPPING));
        ways.add(new Transition(Stage.STARTING, Cause.LOADED_BEFORE_EVALUATION, Stage.EVALUATING));
        ways.add(new Transition(Stage.STARTING, Cause.LOADED_LAST, Stage.UPLOADING));
        ways.add(new Transition(Stage.STEPPING, Cause.COMMITTED, Stage.STEPPING));
        ways.add(
                new Transition(
                        Stage.STEPPING, Cause.COMMITTED_BEFORE_EVALUATION, Stage.EVALUATING));
        ways.add(new Transition(Stage.STEPPING, Cause.COMMITTED_BEFORE_SAVE, Stage.SAVING));
        ways.add(new Transition(Stage.STEPPING, Cause.COMMITTED_LAST, Stage.UPLOADING));
        ways.add(new Transition(Stage.EVALUATING, Cause.EVALUATED, Stage.STEPPING));
        ways.add(new Transition(Stage.EVALUATING, Cause.EVALUATED_BEFORE_SAVE, Stage.SAVING));
        ways.add(new Transition(Stage.EVALUATING, Cause.EVALUATED_LAST, Stage.UPLOADING));
        ways.add(new Transition(Stage.SAVING, Cause.SAVED, Stage.STEPPING));
        ways.add(new Transition(Stage.SAVING, Cause.SAVED_BEFORE_EVALUATION, Stage.EVALUATING));
        ways.add(new Transition(Stage.SAVING, Cause.SAVED_LAST, Stage.UPLOADING));
        ways.add(new Transition(Stage.UPLOADING, Cause.UPLOADED, Stage.SEALING));
        ways.add(new Transition(Stage.SEALING, Cause.SEALED, Stage.DONE));
        for (Stage working :
                List.of(
                        Stage.STARTING,
                        Stage.STEPPING,
                        Stage.EVALUATING,
                        Stage.SAVING,
                        Stage.UPLOADING)) {
            ways.add(new Transition(working, Cause.WORKER_LOST, Stage.QUEUED));
            ways.add(new Transition(working, Cause.WORKER_LOST_TOO_OFTEN, Stage.FAILED));
            ways.add(new Transition(working, Cause.TROUBLE, Stage.FAILED));
            ways.add(new Transition(working, Cause.CANCELLED, Stage.CANCELLED));
            ways.add(new Transition(working, Cause.SET_ASIDE, Stage.FAILED));
        }
        ways.add(new Transition(Stage.QUEUED, Cause.CANCELLED, Stage.CANCELLED));
        ways.add(new Transition(Stage.QUEUED, Cause.WORKERS_MISSING, Stage.FAILED));
        ways.add(new Transition(Stage.QUEUED, Cause.SET_ASIDE, Stage.FAILED));
        ways.add(new Transition(Stage.SEALING, Cause.TROUBLE, Stage.FAILED));
        ways.add(new Transition(Stage.SEALING, Cause.SET_ASIDE, Stage.FAILED));
        ways.add(new Transition(Stage.SEALING, Cause.CANCELLED, Stage.CANCELLED));
        return Collections.unmodifiableList(ways);
    }

    private static Map<Stage, Map<Cause, Stage>> byStage() {
        Map<Stage, Map<Cause, Stage>> all = new EnumMap<>(Stage.class);
        for (Transition way : TABLE) {
            Stage earlier =
                    all.computeIfAbsent(way.from(), from -> new EnumMap<>(Cause.class))
                            .put(way.cause(), way.to());
            if (earlier != null) {
                throw new AssertionError("two ways for " + way);
            }
        }
        return all;
    }
}
