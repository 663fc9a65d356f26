package shoal.recipe.request;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.recipe.Require;
import shoal.recipe.key.CountRange;

/**
 * What a command gives besides the recipe: where things are, and how many machines compute.
 *
 * @param trainFile as the user wrote it
 * @param evaluationFile as the user wrote it
 * @param model the model folder, or a hub name, as the user wrote it
 * @param workers worker processes
 * @param workerWaitSeconds how long a run waits for as many as it needs
 * @param lanes compute threads of each worker; 0 = as many as it has usable cores
 * @param beginsEpochAgain where it goes on within an epoch, it begins that at its first row
 * @param resume the checkpoint folder to go on from, as the user wrote it; "true" = the newest one
 */
public record RunInputs(
        String trainFile,
        Optional<String> evaluationFile,
        String model,
        CountRange workers,
        int workerWaitSeconds,
        int lanes,
        boolean beginsEpochAgain,
        Optional<String> resume) {
    /** What {@link #resume} is for the newest checkpoint of the output folder. */
    public static final String NEWEST = "true";

    public RunInputs {
        requireNonNull(trainFile, "trainFile");
        requireNonNull(evaluationFile, "evaluationFile");
        requireNonNull(model, "model");
        requireNonNull(workers, "workers");
        Require.atLeast("workerWaitSeconds", workerWaitSeconds, 1);
        requireNonNull(resume, "resume");
        Require.atLeast("lanes", lanes, 0);
    }
}
