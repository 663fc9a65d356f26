package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Course;
import shoal.coordinator.core.Ledger;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.core.RunSpec;
import shoal.model.checkpoint.ModelCard;
import shoal.model.checkpoint.RunFacts;
import shoal.model.checkpoint.RunPosition;
import shoal.model.checkpoint.TrainerState;
import shoal.model.json.Members;
import shoal.model.json.PythonNumber;
import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;
import shoal.plan.scale.LossScale;
import shoal.recipe.Cadence;
import shoal.recipe.Recipe;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.json.JsonObject;

/** What a checkpoint or the output folder of a run says besides its state. */
record TrainingTexts(RunSpec spec, Course course, Ledger ledger) {
    /** HF's logging_steps, eval_steps and save_steps where nothing goes by steps. */
    private static final int UNUSED_STEPS = 500;

    TrainingTexts {
        requireNonNull(spec, "spec");
        requireNonNull(course, "course");
        requireNonNull(ledger, "ledger");
    }

    /**
     * HF's record of the run.
     *
     * @param saves whether a checkpoint is being saved
     */
    TrainerState trainerState(boolean saves) {
        Selection selection = ledger.selection();
        SelectionRecipe recipe = course.recipe().selection();
        // HF notes where the best model is only where it saves by steps or epochs.
        boolean named = course.recipe().saving().strategy() != Cadence.Strategy.BEST;
        int bestStep = named ? selection.bestStep() : 0;
        int bestCheckpoint = named ? selection.bestCheckpoint() : 0;
        return new TrainerState(
                OptionalDouble.of(course.epochAfter(ledger.step())),
                ledger.step(),
                course.steps(),
                orUnused(course.milestones().loggingSteps()),
                orUnused(course.milestones().evaluationSteps()),
                orUnused(course.milestones().savingSteps()),
                course.recipe().batch().trainRowsPerDevice(),
                course.plan().epochs(),
                0,
                ledger.log().flos(),
                ledger.history().stream().map(TrainingTexts::row).toList(),
                selection.bestMetric(),
                bestStep == 0 ? OptionalInt.empty() : OptionalInt.of(bestStep),
                bestCheckpoint == 0
                        ? Optional.empty()
                        : Optional.of(
                                course.recipe().outputDirectory()
                                        + "/checkpoint-"
                                        + bestCheckpoint),
                new TrainerState.Control(
                        saves,
                        ledger.isOver(course),
                        recipe.stopsEarly()
                                ? Optional.of(
                                        new TrainerState.EarlyStopping(
                                                recipe.patience(),
                                                recipe.threshold(),
                                                selection.misses()))
                                : Optional.empty()));
    }

    /** After which step the state is, and what the next log row is made of. */
    RunPosition position() {
        TrainingLog log = ledger.log();
        LossScale scale = ledger.skips().scale();
        return new RunPosition(
                log.step(),
                course.epochAfter(log.step()),
                new RunPosition.Losses(
                        log.loggedStep(),
                        log.lossSinceLogged(),
                        log.lossUntilLogged(),
                        log.gradientNorm(),
                        log.learningRate()),
                new RunPosition.Scaling(
                        ledger.skips().skipped(),
                        scale.scale(),
                        scale.goodSteps(),
                        scale.hysteresis()));
    }

    /** What the run depends on besides its recipe. */
    RunFacts facts() {
        LoadFacts loaded = course.facts();
        return new RunFacts(
                loaded.trainRows(),
                loaded.evaluationRows(),
                loaded.labels(),
                hash(ArtefactReference.Role.TRAIN_ROWS),
                hash(ArtefactReference.Role.EVALUATION_ROWS),
                RunFacts.modelSha256(
                        files(ArtefactReference.Role.MODEL_FILE).stream()
                                .collect(
                                        Collectors.toMap(
                                                ArtefactReference::name,
                                                file -> file.hash().hex()))));
    }

    ModelCard modelCard() {
        return new ModelCard(spec.name().text(), results(), settings());
    }

    private Optional<String> hash(ArtefactReference.Role role) {
        return files(role).stream().map(file -> file.hash().hex()).findFirst();
    }

    private List<ArtefactReference> files(ArtefactReference.Role role) {
        return spec.artefacts().stream().filter(file -> file.role() == role).toList();
    }

    private static int orUnused(int steps) {
        return steps == 0 ? UNUSED_STEPS : steps;
    }

    private static JsonObject row(LogRow row) {
        Members members = new Members();
        for (LogValue value : row.values()) {
            if (value.isInteger()) {
                members.integer(value.name(), (long) value.number());
            } else {
                members.number(value.name(), value.number());
            }
        }
        return members.object();
    }

    /** Figures of the last evaluation, without its speed. */
    private List<ModelCard.Entry> results() {
        List<ModelCard.Entry> found = new ArrayList<>();
        for (LogRow row : ledger.history()) {
            if (row.number("eval_loss").isPresent()) {
                found.clear();
                row.values().stream()
                        .filter(value -> value.name().startsWith("eval_"))
                        .filter(value -> !value.name().matches("eval_runtime|.*_per_second"))
                        .map(value -> entry(value.name(), PythonNumber.round(value.number(), 4)))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private List<ModelCard.Entry> settings() {
        Recipe recipe = course.recipe();
        return List.of(
                entry("learning_rate", recipe.optimizer().learningRate()),
                entry("weight_decay", recipe.optimizer().weightDecay()),
                entry("max_grad_norm", recipe.optimizer().maxGradNorm()),
                entry("per_device_train_batch_size", recipe.batch().trainRowsPerDevice()),
                entry("gradient_accumulation_steps", recipe.batch().accumulation()),
                entry("ranks", recipe.batch().ranks()),
                entry("steps", ledger.step()),
                entry("epochs", PythonNumber.round(course.epochAfter(ledger.step()), 4)),
                entry("max_seq_length", recipe.maxSequenceLength()),
                entry("seed", recipe.order().seed()),
                entry("training rows", course.facts().trainRows()));
    }

    private static ModelCard.Entry entry(String name, double value) {
        return new ModelCard.Entry(name, PythonNumber.repr(value));
    }

    private static ModelCard.Entry entry(String name, long value) {
        return new ModelCard.Entry(name, Long.toString(value));
    }
}
