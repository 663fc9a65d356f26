package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Recipe;

/**
 * What a checkpoint says beside its state.
 *
 * @param recipe of the run
 * @param position after which the state was taken
 * @param facts of the run
 * @param trainerState HF's record of the run so far
 * @param modelCard for people
 */
public record CheckpointTexts(
        Recipe recipe,
        RunPosition position,
        RunFacts facts,
        TrainerState trainerState,
        ModelCard modelCard) {
    public CheckpointTexts {
        requireNonNull(recipe, "recipe");
        requireNonNull(position, "position");
        requireNonNull(facts, "facts");
        requireNonNull(trainerState, "trainerState");
        requireNonNull(modelCard, "modelCard");
    }
}
