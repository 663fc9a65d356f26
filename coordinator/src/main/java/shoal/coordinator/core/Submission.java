package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.recipe.Recipe;

/**
 * A run before it has a name.
 *
 * @param recipe what the run is
 * @param recipeJson the same as it travels to workers
 * @param artefacts its files
 * @param demand how many workers compute it
 * @param resume where it goes on; empty: it begins at its first step
 */
public record Submission(
        Recipe recipe,
        String recipeJson,
        List<ArtefactReference> artefacts,
        Demand demand,
        Optional<ResumePoint> resume) {
    public Submission {
        requireNonNull(recipe, "recipe");
        requireNonNull(recipeJson, "recipeJson");
        artefacts = List.copyOf(artefacts);
        requireNonNull(demand, "demand");
        requireNonNull(resume, "resume");
    }

    /** A run that begins at its first step. */
    public Submission(
            Recipe recipe, String recipeJson, List<ArtefactReference> artefacts, Demand demand) {
        this(recipe, recipeJson, artefacts, demand, Optional.empty());
    }

    /** The files of the checkpoint that it goes on from. */
    List<ArtefactReference> checkpoint() {
        return artefacts.stream().filter(Submission::isOfCheckpoint).toList();
    }

    /** The same run from another checkpoint. */
    Submission withCheckpoint(List<ArtefactReference> checkpoint) {
        List<ArtefactReference> files = new ArrayList<>(artefacts);
        files.removeIf(Submission::isOfCheckpoint);
        files.addAll(checkpoint);
        return new Submission(recipe, recipeJson, files, demand, resume);
    }

    private static boolean isOfCheckpoint(ArtefactReference file) {
        return file.role() == ArtefactReference.Role.CHECKPOINT_FILE;
    }
}
