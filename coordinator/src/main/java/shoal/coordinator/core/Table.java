package shoal.coordinator.core;

import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An immutable map in key order, so that nothing depends on hashes. A change copies it. */
public final class Table<K extends Comparable<K>, V> {
    private final SortedMap<K, V> entries;

    private Table(SortedMap<K, V> entries) {
        this.entries = Collections.unmodifiableSortedMap(entries);
    }

    public static <K extends Comparable<K>, V> Table<K, V> empty() {
        return new Table<K, V>(new TreeMap<K, V>());
    }

    public Optional<V> find(K key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** In key order. */
    public Collection<V> values() {
        return entries.values();
    }

    /** In key order; not modifiable. */
    public SortedMap<K, V> asMap() {
        return entries;
    }

    public int size() {
        return entries.size();
    }

    Table<K, V> with(K key, V value) {
        TreeMap<K, V> copy = new TreeMap<>(entries);
        copy.put(key, value);
        return new Table<>(copy);
    }

    Table<K, V> without(K key) {
        TreeMap<K, V> copy = new TreeMap<>(entries);
        copy.remove(key);
        return new Table<>(copy);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Table<?, ?> table && entries.equals(table.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
