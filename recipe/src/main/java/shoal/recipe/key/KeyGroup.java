package shoal.recipe.key;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** Keys that belong together, as documents list them. */
public record KeyGroup(String title, List<Key> keys) {
    public KeyGroup {
        requireNonNull(title, "title");
        keys = List.copyOf(keys);
    }
}
