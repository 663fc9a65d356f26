package shoal.coordinator.core;

import java.util.Collection;
import java.util.Optional;

/**
 * What the members of a crew have said at a barrier, by their index. Immutable.
 *
 * @param byIndex what came
 */
public record Gathered<T>(Table<Integer, T> byIndex) {
    static <T> Gathered<T> none() {
        return new Gathered<>(Table.empty());
    }

    Gathered<T> with(int index, T said) {
        return new Gathered<>(byIndex.with(index, said));
    }

    Gathered<T> without(int index) {
        return new Gathered<>(byIndex.without(index));
    }

    boolean has(int index) {
        return byIndex.find(index).isPresent();
    }

    /** Whether every member of the crew has spoken. */
    boolean isWhole(Crew crew) {
        return byIndex.size() == crew.members().size();
    }

    /** What was said, in crew order. */
    public Collection<T> values() {
        return byIndex.values();
    }

    Optional<T> find(int index) {
        return byIndex.find(index);
    }
}
