package shoal.cli.job;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import shoal.cli.client.JobFile;
import shoal.model.checkpoint.HubCache;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.Artefact;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;
import shoal.recipe.request.RunInputs;
import shoal.recipe.request.RunRequest;

/**
 * Reads the flags of a run and everything they name.
 *
 * <p>Nothing is written, sent or started before all of it is right; all problems are reported at
 * once: first those of the flags and configuration files, then those of data and model.
 */
public final class JobReader {
    private final Path workingDirectory;
    private final HubCache hubCache;
    private final Problems problems = new Problems();

    private JobReader(Path workingDirectory, HubCache hubCache) {
        this.workingDirectory = requireNonNull(workingDirectory, "workingDirectory");
        this.hubCache = requireNonNull(hubCache, "hubCache");
    }

    /**
     * Reads and checks a run.
     *
     * @param words behind the verb, as typed
     * @param workingDirectory what relative paths start from
     * @param hubCache where a model is looked up that is named, not given as a folder
     * @throws UserException with everything that is wrong
     */
    public static Job read(List<String> words, Path workingDirectory, HubCache hubCache) {
        RunRequest request = request(words, workingDirectory);
        return new JobReader(workingDirectory, hubCache).job(request.recipe(), request.inputs());
    }

    /**
     * Reads the flags and configuration files of a run, but neither data nor model.
     *
     * @param words behind the verb, as typed
     * @param workingDirectory what relative paths start from
     * @throws UserException with everything that is wrong with them
     */
    public static RunRequest request(List<String> words, Path workingDirectory) {
        return RecipeReader.read(new RecipeSources(words, typed -> bytes(workingDirectory, typed)));
    }

    private static byte[] bytes(Path workingDirectory, String typed) throws IOException {
        Path file = workingDirectory.resolve(typed);
        long size = Files.size(file);
        if (size > Limits.JSON_BYTES) {
            throw new IOException("it has " + size + " bytes, at most " + Limits.JSON_BYTES);
        }
        return Files.readAllBytes(file);
    }

    private Job job(Recipe recipe, RunInputs inputs) {
        Path trainFile = workingDirectory.resolve(inputs.trainFile());
        Optional<Path> evaluationFile = inputs.evaluationFile().map(workingDirectory::resolve);
        DataSet train = noted(() -> DataSet.read(trainFile, inputs.trainFile()));
        Optional<DataSet> evaluation =
                evaluationFile.map(file -> noted(() -> DataSet.read(file, evaluationName(inputs))));
        Path modelFolder = noted(() -> modelFolder(inputs.model()));
        ModelFolder model =
                modelFolder == null
                        ? null
                        : noted(
                                () ->
                                        ModelFolder.open(
                                                modelFolder, inputs.model(), recipe.labels()));
        problems.throwIfAny();
        Path knownFolder = requireNonNull(modelFolder, "modelFolder");
        ModelFolder known = requireNonNull(model, "model");
        DataSet trainRows = requireNonNull(train, "train");
        List<DataSet> sets = new ArrayList<>(List.of(trainRows));
        evaluation.ifPresent(sets::add);
        ModelFolder fitting = withLabelsOf(sets, known, recipe.labels(), knownFolder);
        check(recipe, fitting, sets);
        Recipe complete = recipe.withLabels(fitting.config().labels());
        List<JobFile> files = new ArrayList<>();
        // Names of their own: what the user's are called need not be a name on the wire.
        files.add(new JobFile(Artefact.Role.TRAIN_ROWS, "train.tsv", trainFile));
        evaluationFile.ifPresent(
                file -> files.add(new JobFile(Artefact.Role.EVALUATION_ROWS, "eval.tsv", file)));
        fitting.files().forEach(file -> files.add(Job.of(file)));
        Job job =
                new Job(complete, inputs, fitting, trainRows, evaluation, files, Optional.empty());
        return inputs.resume()
                .map(typed -> job.from(new ResumeReader(workingDirectory).read(typed, job)))
                .orElse(job);
    }

    private Path modelFolder(String typed) {
        return hubCache.find(
                typed, workingDirectory.resolve(typed), "--pretrained_model_name_or_path");
    }

    private static String evaluationName(RunInputs inputs) {
        return inputs.evaluationFile().orElseThrow();
    }

    /** What the reader returns, or null with its problems noted. */
    private <T> @Nullable T noted(Supplier<T> reader) {
        try {
            return reader.get();
        } catch (UserException wrong) {
            problems.addAll(wrong);
            return null;
        }
    }

    /** As many labels as the data has, where neither the user nor a trained head says how many. */
    private ModelFolder withLabelsOf(
            List<DataSet> sets, ModelFolder model, int asked, Path folder) {
        int largest = sets.stream().mapToInt(DataSet::largestLabel).max().orElse(0);
        if (asked > 0 || largest < model.config().labels()) {
            return model;
        }
        try {
            return ModelFolder.open(folder, model.shownName(), largest + 1);
        } catch (UserException headHasFewer) {
            // The head says how many: check() names each line with a label beyond.
            return model;
        }
    }

    private void check(Recipe recipe, ModelFolder model, List<DataSet> sets) {
        int labels = model.config().labels();
        String source = recipe.labels() > 0 ? "--num_labels" : model.shownName();
        for (DataSet set : sets) {
            noted(
                    () -> {
                        set.requireLabelsBelow(labels, source);
                        return set;
                    });
        }
        int positions = model.config().positions();
        if (recipe.maxSequenceLength() > positions) {
            problems.add(
                    "--max_seq_length",
                    "is "
                            + recipe.maxSequenceLength()
                            + ", but "
                            + model.shownName()
                            + "/config.json has n_positions "
                            + positions
                            + ". Set it to at most "
                            + positions);
        }
        requirePadding(recipe, model, sets.size() > 1);
        noted(
                () -> {
                    model.requireTokenizer();
                    return model;
                });
        noted(() -> TrainingPlan.of(recipe, sets.get(0).rows().size()));
        problems.throwIfAny();
    }

    /** HF's classifier computes a batch only if it knows what padding is. */
    private void requirePadding(Recipe recipe, ModelFolder model, boolean evaluates) {
        int rows =
                Math.max(
                        recipe.batch().trainRowsPerDevice(),
                        evaluates ? recipe.batch().evaluationRowsPerDevice() : 1);
        if (rows > 1 && !model.takesBatches()) {
            problems.add(
                    model.shownName() + "/config.json",
                    "has no pad_token_id, and the tokenizer has no padding token to take it from."
                            + " HF's classifier cannot batch rows without one. Add"
                            + " \"pad_token_id\", for example the id of the end-of-text token, or"
                            + " train and evaluate one row at a time.");
        }
    }
}
