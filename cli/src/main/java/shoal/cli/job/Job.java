package shoal.cli.job;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.cli.client.JobFile;
import shoal.cli.render.Sizes;
import shoal.model.GptConfig;
import shoal.model.checkpoint.ModelFile;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.dataset.DataSet;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.Demand;
import shoal.proto.v1.ResumePoint;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.request.RunInputs;

/**
 * A run that has been checked: its recipe, and the files it needs.
 *
 * @param recipe with the number of labels filled in
 * @param inputs as the user wrote them
 * @param model the folder to start from
 * @param train rows to train on
 * @param evaluation rows to evaluate on
 * @param files everything that the run needs
 * @param resumption the checkpoint that it goes on from
 */
public record Job(
        Recipe recipe,
        RunInputs inputs,
        ModelFolder model,
        DataSet train,
        Optional<DataSet> evaluation,
        List<JobFile> files,
        Optional<Resumption> resumption) {
    public Job {
        requireNonNull(recipe, "recipe");
        requireNonNull(inputs, "inputs");
        requireNonNull(model, "model");
        requireNonNull(train, "train");
        requireNonNull(evaluation, "evaluation");
        files = List.copyOf(files);
        requireNonNull(resumption, "resumption");
    }

    /** The same run, going on from a checkpoint. */
    Job from(Resumption checkpoint) {
        List<JobFile> all = new ArrayList<>(files);
        all.addAll(checkpoint.files());
        int step = checkpoint.checkpoint().position().step();
        return new Job(
                inputs.beginsEpochAgain() ? recipe.beginningEpochAgainAfter(step) : recipe,
                inputs,
                model,
                train,
                evaluation,
                all,
                Optional.of(checkpoint));
    }

    /** Where it goes on, as a coordinator has to know it. */
    public Optional<ResumePoint> resumePoint() {
        return resumption.map(checkpoint -> checkpoint.point(recipe));
    }

    /**
     * The recipe as it travels.
     *
     * @param outputDirectory relative to the run's folder at the coordinator
     */
    public String recipeJson(String outputDirectory) {
        return RecipeJson.write(recipe.withOutputDirectory(outputDirectory));
    }

    /** What is about to run, in a few lines. */
    public List<String> banner() {
        GptConfig config = model.config();
        BatchRecipe batch = recipe.batch();
        TrainingPlan plan = TrainingPlan.of(recipe, train.rows().size());
        List<String> lines = new ArrayList<>();
        lines.add(
                "model: "
                        + inputs.model()
                        + ", "
                        + config.layers()
                        + " layers x "
                        + config.hidden()
                        + ", "
                        + Sizes.count(model.table().parameterElements())
                        + " parameters, "
                        + config.labels()
                        + " labels");
        lines.add(
                "data: "
                        + rows(train)
                        + evaluation.map(set -> ", evaluation on " + rows(set)).orElse("")
                        + ", at most "
                        + recipe.maxSequenceLength()
                        + " tokens a row");
        lines.add(
                "run: "
                        + plan.steps()
                        + (plan.steps() == 1 ? " step, " : " steps, ")
                        + plan.stepsPerEpoch()
                        + " per epoch; a step is "
                        + batch.trainRowsPerDevice()
                        + " rows per device x "
                        + batch.accumulation()
                        + " accumulated x R="
                        + batch.ranks()
                        + globalBatch(batch));
        resumption.map(Resumption::banner).ifPresent(lines::add);
        lines.add(ranks(batch));
        return lines;
    }

    /** What it asks a coordinator for, in a line. */
    public String asks() {
        BatchRecipe batch = recipe.batch();
        long rows = (long) batch.trainRowsPerDevice() * batch.accumulation() * batch.ranks();
        int least = inputs.workers().least();
        int most = inputs.workers().most();
        return "global batch: "
                + rows
                + (rows == 1 ? " row; " : " rows; ")
                + (most == 1 ? "1 worker computes it" : "up to " + most + " workers can join")
                + (least < most ? ", and it starts with " + least : "")
                + (most < batch.ranks()
                        ? " (--workers " + batch.ranks() + " would take one for each rank)"
                        : "")
                + "; waits "
                + inputs.workerWaitSeconds()
                + " s for "
                + (least == 1 ? "a worker" : least + " workers");
    }

    /** What the user should know of how files were read. */
    public List<String> notices() {
        List<String> notices = new ArrayList<>(recipe.notices());
        notices.addAll(model.notices());
        train.notice().ifPresent(notices::add);
        evaluation.flatMap(DataSet::notice).ifPresent(notices::add);
        resumption.map(Resumption::notices).ifPresent(notices::addAll);
        return notices;
    }

    private String ranks(BatchRecipe batch) {
        String workers = inputs.workers().inWords();
        String here =
                batch.ranks() == inputs.workers().most()
                        ? "R=" + batch.ranks() + " from --workers " + workers
                        : "R=" + batch.ranks() + " from --ranks " + batch.ranks();
        String most = batch.ranks() > 1 ? " of up to " + batch.ranks() + " workers" : "";
        return here + "; --ranks " + batch.ranks() + " gives these bits on any cluster" + most;
    }

    /** Worth saying where it is more than one micro-batch. */
    private static String globalBatch(BatchRecipe batch) {
        long microBatches = (long) batch.accumulation() * batch.ranks();
        return microBatches == 1
                ? ""
                : ", " + microBatches * batch.trainRowsPerDevice() + " rows in all";
    }

    /** How many workers it asks a coordinator for. */
    public Demand demand() {
        return Demand.newBuilder()
                .setLeastWorkers(inputs.workers().least())
                .setMostWorkers(inputs.workers().most())
                .setWaitSeconds(inputs.workerWaitSeconds())
                .build();
    }

    private static String rows(DataSet set) {
        return set.rows().size() + " rows of " + set.shownName();
    }

    /** The role of a model folder's file on the wire. */
    static JobFile of(ModelFile file) {
        return new JobFile(Artefact.Role.MODEL_FILE, file.name(), file.path());
    }
}
