package shoal.model.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/**
 * The state of a run after one of its steps, in a folder: what is needed to go on from there. Ours
 * or one that HF's Trainer wrote; who goes on need not know which.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Opening reads texts and headers, never the state; what it finds is checked, so that every
 *       parameter and both its moments are there with their shapes.
 *   <li>No file stays open.
 * </ul>
 *
 * <p>Immutable; safe for any thread.
 */
public interface Checkpoint {
    /**
     * Opens a folder.
     *
     * @param shownName the folder as the user wrote it
     * @throws UserException with what is wrong with the folder
     */
    static Checkpoint open(Path folder, String shownName) {
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    shownName,
                    "There is no such folder (looked for " + folder.toAbsolutePath() + ").");
        }
        return HuggingFaceCheckpoint.isOne(folder)
                ? HuggingFaceCheckpoint.open(folder, shownName)
                : ShoalCheckpoint.open(folder, shownName);
    }

    /** The folder as the user wrote it. */
    String shownName();

    /** Where it is. */
    Path folder();

    /** After which step the state was taken. */
    RunPosition position();

    /** The recipe of the run, where it is known. */
    Optional<Recipe> recipe();

    /** What the run depended on besides its recipe, where it is known. */
    Optional<RunFacts> facts();

    /** The update rule, where it is known; a checkpoint of HF does not know max_grad_norm: 0. */
    Optional<OptimizerRecipe> optimizer();

    /** HF's record of the run so far. */
    TrainerState trainerState();

    /** Configuration, parameters and tokenizer. */
    ModelFolder model();

    /** What the user should know of how the folder was read, in sentences. */
    List<String> notices();

    /**
     * Reads every byte and compares it with what was sealed, where that is known.
     *
     * @throws UserException naming every file that is damaged
     */
    void verify();

    /** What there is of each parameter. */
    List<StateKind> kinds();

    /**
     * Reads one kind of state once, in table order, and hands it on in ranges of at most 1 MiB.
     *
     * @throws UserException if a file cannot be read
     */
    void loadInto(StateKind kind, ParameterSink sink);
}
