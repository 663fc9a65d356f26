package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Recipe;

/**
 * What shoal.json of a checkpoint says: whose state this is, and which files hold it. {@link
 * ManifestJson} writes and reads it.
 *
 * @param recipe of the run
 * @param position after which the state was taken
 * @param facts of the run
 * @param files every other file of the folder, by name
 */
public record CheckpointManifest(
        Recipe recipe, RunPosition position, RunFacts facts, List<SealedFile> files) {
    /** The file of a checkpoint that is written last. */
    public static final String NAME = "shoal.json";

    public CheckpointManifest {
        requireNonNull(recipe, "recipe");
        requireNonNull(position, "position");
        requireNonNull(facts, "facts");
        files = List.copyOf(files);
    }
}
