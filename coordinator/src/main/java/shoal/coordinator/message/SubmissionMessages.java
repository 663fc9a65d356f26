package shoal.coordinator.message;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.ArtefactReference.Role;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Names;
import shoal.coordinator.core.ResumePoint;
import shoal.coordinator.core.Submission;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.Cadence;
import shoal.recipe.Limits;
import shoal.recipe.Problem;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/**
 * Reads a submission, of a client or of the store, and says everything that is wrong with it at
 * once. What comes out, the core computes to an end.
 */
public final class SubmissionMessages {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

    /** Files of one run: a sharded model has tens. */
    private static final int ARTEFACTS = 1_000;

    private static final String CONFIG = "config.json";

    private SubmissionMessages() {}

    /**
     * Reads a submission.
     *
     * @param recipes reads a recipe's JSON
     * @throws UserException with everything that is wrong
     */
    public static Submission read(SubmitRequest request, Function<String, Recipe> recipes) {
        Problems problems = new Problems();
        if (!request.getName().isEmpty() && !Names.isName(request.getName())) {
            problems.add("name", Names.problem("run name", request.getName()));
        }
        Recipe recipe = recipe(request.getRecipeJson(), recipes, problems);
        List<ArtefactReference> artefacts = artefacts(request, problems);
        roles(artefacts, recipe, problems);
        @Nullable Demand demand = demand(request, recipe, problems);
        Optional<ResumePoint> resume = resume(request, recipe, artefacts, problems);
        problems.throwIfAny();
        return new Submission(
                requireNonNull(recipe, "recipe"),
                request.getRecipeJson(),
                artefacts,
                requireNonNull(demand, "demand"),
                resume);
    }

    private static @Nullable Demand demand(
            SubmitRequest request, @Nullable Recipe recipe, Problems problems) {
        try {
            Demand demand = Demands.read(request);
            if (recipe != null && demand.most() > recipe.batch().ranks()) {
                problems.add(
                        "workers",
                        demand.most()
                                + " are asked for, but the recipe has "
                                + recipe.batch().ranks()
                                + " ranks; a worker computes one rank at least. Set --ranks to "
                                + demand.most()
                                + " or more, or ask for fewer workers");
            }
            return demand;
        } catch (IllegalArgumentException e) {
            problems.add("workers", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static @Nullable Recipe recipe(
            String json, Function<String, Recipe> recipes, Problems problems) {
        try {
            return recipes.apply(json);
        } catch (UserException e) {
            for (Problem problem : e.problems()) {
                problems.add("recipe " + problem.where(), problem.what());
            }
            return null;
        }
    }

    private static List<ArtefactReference> artefacts(SubmitRequest request, Problems problems) {
        List<ArtefactReference> read = new ArrayList<>();
        if (request.getArtefactsCount() > ARTEFACTS) {
            problems.add(
                    "artefacts",
                    request.getArtefactsCount() + " files, expected at most " + ARTEFACTS);
            return read;
        }
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < request.getArtefactsCount(); i++) {
            String where = "artefacts[" + i + "]";
            try {
                ArtefactReference file = ArtefactMessages.reference(request.getArtefacts(i));
                if (!FILE_NAME.matcher(file.name()).matches()) {
                    problems.add(
                            where,
                            "its name is no file name; expected letters, digits, '.', '_' and"
                                    + " '-', starting with a letter or digit");
                } else if (!names.add(file.role() + "/" + file.name())) {
                    problems.add(where, "'" + file.name() + "' is there twice");
                } else if (file.name().equals(CONFIG) && file.sizeBytes() > Limits.CONFIG_BYTES) {
                    problems.add(
                            file.name(),
                            "has "
                                    + file.sizeBytes()
                                    + " bytes, expected at most "
                                    + Limits.CONFIG_BYTES);
                }
                read.add(file);
            } catch (IllegalArgumentException e) {
                problems.add(where, String.valueOf(e.getMessage()));
            }
        }
        return read;
    }

    private static void roles(
            List<ArtefactReference> artefacts, @Nullable Recipe recipe, Problems problems) {
        long train = count(artefacts, Role.TRAIN_ROWS);
        long evaluation = count(artefacts, Role.EVALUATION_ROWS);
        if (train != 1) {
            problems.add("artefacts", train + " files of TRAIN_ROWS, expected 1");
        }
        if (evaluation > 1) {
            problems.add("artefacts", evaluation + " files of EVALUATION_ROWS, expected at most 1");
        }
        boolean evaluates = recipe != null && recipe.evaluation().strategy() != Cadence.Strategy.NO;
        if (evaluates && evaluation == 0) {
            problems.add(
                    "artefacts", "the recipe evaluates, but there is no file of EVALUATION_ROWS");
        }
        boolean config =
                artefacts.stream()
                        .anyMatch(
                                file ->
                                        file.role() == Role.MODEL_FILE
                                                && file.name().equals(CONFIG));
        if (!config) {
            problems.add("artefacts", "no MODEL_FILE is named " + CONFIG);
        }
        if (count(artefacts, Role.MODEL_FILE) < 2) {
            problems.add("artefacts", "a model has weights and tokenizer files besides " + CONFIG);
        }
    }

    private static Optional<ResumePoint> resume(
            SubmitRequest request,
            @Nullable Recipe recipe,
            List<ArtefactReference> artefacts,
            Problems problems) {
        long files = count(artefacts, Role.CHECKPOINT_FILE);
        if (request.hasResume() != files > 0) {
            problems.add(
                    "resume",
                    "CHECKPOINT_FILE artefacts and resume belong together, but there are "
                            + files
                            + " of them and resume is "
                            + (request.hasResume() ? "given" : "not given"));
        }
        if (!request.hasResume()) {
            return Optional.empty();
        }
        try {
            ResumePoint point = Submissions.resumePoint(request.getResume());
            int steps = recipe == null ? 0 : recipe.length().steps();
            if (steps > 0 && point.step() > steps) {
                problems.add(
                        "resume",
                        "is of step "
                                + point.step()
                                + ", but the run has "
                                + steps
                                + " steps. Give it more, or start from an earlier checkpoint");
            }
            return Optional.of(point);
        } catch (IllegalArgumentException e) {
            problems.add("resume", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static long count(List<ArtefactReference> artefacts, Role role) {
        return artefacts.stream().filter(file -> file.role() == role).count();
    }
}
