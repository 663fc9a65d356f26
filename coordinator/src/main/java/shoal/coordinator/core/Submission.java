package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Recipe;

/**
 * A run before it has a name.
 *
 * @param recipe what the run is
 * @param recipeJson the same as it travels to workers
 * @param artefacts its files
 */
public record Submission(Recipe recipe, String recipeJson, List<ArtefactReference> artefacts) {
    public Submission {
        requireNonNull(recipe, "recipe");
        requireNonNull(recipeJson, "recipeJson");
        artefacts = List.copyOf(artefacts);
    }
}
