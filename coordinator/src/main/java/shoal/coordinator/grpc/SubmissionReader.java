package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Submission;
import shoal.coordinator.message.SubmissionMessages;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/** Reads what a client submits, and looks for its files. */
final class SubmissionReader {
    private final ArtefactShelf shelf;
    private final Function<String, Recipe> recipes;

    /** What is submitted names files that the coordinator lacks. */
    static final class LackingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LackingException(List<String> names) {
            super(
                    "these files are not stored here: "
                            + String.join(", ", names)
                            + "; upload them first");
        }
    }

    /**
     * @param recipes reads a recipe's JSON
     */
    SubmissionReader(ArtefactShelf shelf, Function<String, Recipe> recipes) {
        this.shelf = requireNonNull(shelf, "shelf");
        this.recipes = requireNonNull(recipes, "recipes");
    }

    /**
     * Reads a submission.
     *
     * @throws UserException with everything that is wrong
     * @throws LackingException if it is right, but files are missing
     */
    Submission read(SubmitRequest request) {
        Submission submission = SubmissionMessages.read(request, recipes);
        List<String> lacking = lacking(submission.artefacts());
        if (!lacking.isEmpty()) {
            throw new LackingException(lacking);
        }
        return submission;
    }

    private List<String> lacking(List<ArtefactReference> artefacts) {
        List<String> names = new ArrayList<>();
        for (ArtefactReference file : artefacts) {
            OptionalLong size = shelf.sizeBytes(file.hash());
            if (size.isEmpty()) {
                names.add(file.name());
            } else if (size.getAsLong() != file.sizeBytes()) {
                throw new UserException(
                        file.name(),
                        "has "
                                + size.getAsLong()
                                + " bytes here, but the request says "
                                + file.sizeBytes());
            }
        }
        return names;
    }
}
