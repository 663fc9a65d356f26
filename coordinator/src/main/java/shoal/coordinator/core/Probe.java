package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * The bits that groups of operators give on a worker's machine, by hash. Workers whose probes
 * differ would give a run other bits, so they do not share one.
 *
 * @param groups in the order of computation: a group reads what those before it gave, so the first
 *     one that differs is the one to blame
 */
public record Probe(List<Group> groups) {
    /**
     * What one group of operators gave.
     *
     * @param operators "product", "gelu", ...
     */
    public record Group(String operators, Hash hash) {
        public Group {
            requireNonNull(operators, "operators");
            requireNonNull(hash, "hash");
        }
    }

    public Probe {
        groups = List.copyOf(groups);
    }

    /** Of a worker that does not probe. */
    public static Probe none() {
        return new Probe(List.of());
    }

    /** The first group of operators that gives other bits than on another machine. */
    public Optional<String> difference(Probe other) {
        int common = Math.min(groups.size(), other.groups.size());
        for (int i = 0; i < common; i++) {
            if (!groups.get(i).equals(other.groups.get(i))) {
                return Optional.of(groups.get(i).operators());
            }
        }
        List<Group> longer = groups.size() > common ? groups : other.groups;
        return longer.stream().skip(common).map(Group::operators).findFirst();
    }
}
