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
 * @param demand how many workers compute it
 */
public record Submission(
        Recipe recipe, String recipeJson, List<ArtefactReference> artefacts, Demand demand) {
    public Submission {
        requireNonNull(recipe, "recipe");
        requireNonNull(recipeJson, "recipeJson");
        artefacts = List.copyOf(artefacts);
        requireNonNull(demand, "demand");
    }
}
