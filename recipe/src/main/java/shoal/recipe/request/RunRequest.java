package shoal.recipe.request;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Recipe;

/**
 * What a command asks for.
 *
 * @param recipe every choice that the result depends on
 * @param inputs where things are, and how many machines compute
 * @param explanation every key with its value and where it came from
 */
public record RunRequest(Recipe recipe, RunInputs inputs, Explanation explanation) {
    public RunRequest {
        requireNonNull(recipe, "recipe");
        requireNonNull(inputs, "inputs");
        requireNonNull(explanation, "explanation");
    }
}
