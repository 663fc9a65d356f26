package shoal.coordinator.core;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The bits that groups of operators give on a worker's machine, by hash. Workers whose probes
 * differ would give a run other bits, so they do not share one.
 *
 * @param byOperators hash by name of the group: "product", "gelu", ...
 */
public record Probe(SortedMap<String, Hash> byOperators) {
    public Probe {
        byOperators = Collections.unmodifiableSortedMap(new TreeMap<>(byOperators));
    }

    /** Of a worker that does not probe. */
    public static Probe none() {
        return new Probe(new TreeMap<>());
    }

    /** The first group of operators that gives other bits than on another machine. */
    public Optional<String> difference(Probe other) {
        TreeMap<String, Hash> all = new TreeMap<>(other.byOperators);
        all.putAll(byOperators);
        return all.keySet().stream()
                .filter(
                        name ->
                                !Optional.ofNullable(byOperators.get(name))
                                        .equals(Optional.ofNullable(other.byOperators.get(name))))
                .findFirst();
    }
}
