package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What an event came to.
 *
 * @param state the next state
 * @param entries to store, all or none, before any effect leaves
 * @param effects to perform, in order
 * @param reasons why, in words an operator would use; empty where nothing is worth saying
 * @param transitions of runs, in order
 */
public record Decision(
        State state,
        List<Entry> entries,
        List<Effect> effects,
        List<Reason> reasons,
        List<Lifecycle.Transition> transitions) {
    /** A sentence and what it is about: "run=r1" or "worker=w1". */
    public record Reason(String about, String words) {
        public Reason {
            requireNonNull(about, "about");
            requireNonNull(words, "words");
        }
    }

    public Decision {
        requireNonNull(state, "state");
        entries = List.copyOf(entries);
        effects = List.copyOf(effects);
        reasons = List.copyOf(reasons);
        transitions = List.copyOf(transitions);
    }
}
