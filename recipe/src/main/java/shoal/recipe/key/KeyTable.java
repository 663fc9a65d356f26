package shoal.recipe.key;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All names of a dialect. */
public final class KeyTable {
    private final Map<String, Key> byName = new LinkedHashMap<>();
    private final List<Key> keys;

    /** A table; a name that stands twice is a mistake in it. */
    public KeyTable(List<Key> keys) {
        this.keys = List.copyOf(keys);
        for (Key key : keys) {
            add(key.name(), key);
            key.aliases().forEach(alias -> add(alias, key));
        }
    }

    /** A table of all keys of some groups. */
    public static KeyTable of(List<KeyGroup> groups) {
        return new KeyTable(groups.stream().flatMap(group -> group.keys().stream()).toList());
    }

    private void add(String name, Key key) {
        if (byName.put(name, key) != null) {
            throw new IllegalArgumentException(name + " stands twice in the table");
        }
    }

    /** All keys, in the order of the table. */
    public List<Key> keys() {
        return keys;
    }

    /** All names and aliases. */
    public List<String> names() {
        return Collections.unmodifiableList(new ArrayList<>(byName.keySet()));
    }

    /** The key of a name or an alias. */
    public Optional<Key> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The key of a name that the table must have. */
    public Key key(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalStateException("the table has no key " + name));
    }

    /** What to say about a name that the table does not have. */
    public String unknown(String name) {
        String nearest =
                NearestName.of(name, byName.keySet())
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("; docs/arguments.md lists the names");
        return name + " is not known" + nearest;
    }
}
