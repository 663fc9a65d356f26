package shoal.plan.memory;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * One use of memory.
 *
 * @param name "parameters", "gradients", "moments", "activations" or "working space"
 * @param reason what is counted and how it is spread, in words
 */
public record MemoryItem(String name, long sizeBytes, String reason) {
    public MemoryItem {
        requireNonNull(name, "name");
        Require.atLeast("sizeBytes", sizeBytes, 0);
        requireNonNull(reason, "reason");
    }
}
