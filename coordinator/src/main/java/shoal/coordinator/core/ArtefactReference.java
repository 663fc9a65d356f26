package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * A file of a run, by content.
 *
 * @param role what it is for
 * @param name file name inside its folder
 * @param hash of its bytes
 * @param sizeBytes its length
 */
public record ArtefactReference(Role role, String name, Hash hash, long sizeBytes) {
    /** What a file is for. */
    public enum Role {
        TRAIN_ROWS,
        EVALUATION_ROWS,
        MODEL_FILE,
        CHECKPOINT_FILE
    }

    public ArtefactReference {
        requireNonNull(role, "role");
        requireNonNull(name, "name");
        requireNonNull(hash, "hash");
        Require.atLeast("sizeBytes", sizeBytes, 0);
    }
}
