package shoal.worker.core;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the core decided.
 *
 * @param state the next state
 * @param actions to perform, in order
 * @param reason in words an operator would use; empty where nothing is worth saying
 */
public record Decision(WorkerState state, List<Action> actions, String reason) {
    public Decision {
        requireNonNull(state, "state");
        actions = List.copyOf(actions);
        requireNonNull(reason, "reason");
    }

    static Decision stay(WorkerState state) {
        return new Decision(state, List.of(), "");
    }
}
