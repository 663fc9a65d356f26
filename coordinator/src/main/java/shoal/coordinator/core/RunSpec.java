package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Recipe;

/**
 * An accepted run.
 *
 * @param name unique at this coordinator
 * @param submission what was submitted
 */
public record RunSpec(RunName name, Submission submission) {
    public RunSpec {
        requireNonNull(name, "name");
        requireNonNull(submission, "submission");
    }

    public Recipe recipe() {
        return submission.recipe();
    }

    public List<ArtefactReference> artefacts() {
        return submission.artefacts();
    }
}
