package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import shoal.coordinator.core.Course;
import shoal.coordinator.core.Effect;
import shoal.model.checkpoint.ModelCard;
import shoal.model.checkpoint.TrainerState;
import shoal.model.json.Members;
import shoal.model.json.PythonNumber;
import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;
import shoal.recipe.Recipe;
import shoal.recipe.json.JsonObject;

/** trainer_state.json and README.md of a finished run. */
record ResultTexts(Effect.SealOutput what) {
    /** HF's logging_steps, eval_steps and save_steps where nothing goes by steps. */
    private static final int UNUSED_STEPS = 500;

    ResultTexts {
        requireNonNull(what, "what");
    }

    String trainerState() {
        Course course = what.course();
        int steps = course.steps();
        return new TrainerState(
                        OptionalDouble.of(course.epochAfter(steps)),
                        steps,
                        steps,
                        orUnused(course.milestones().loggingSteps()),
                        orUnused(course.milestones().evaluationSteps()),
                        orUnused(course.milestones().savingSteps()),
                        course.recipe().batch().trainRowsPerDevice(),
                        course.plan().epochs(),
                        0,
                        0,
                        what.history().stream().map(ResultTexts::row).toList(),
                        OptionalDouble.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        new TrainerState.Control(false, true))
                .json();
    }

    String modelCard() {
        return new ModelCard(what.spec().name().text(), results(), settings(what.course()))
                .markdown();
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
        for (LogRow row : what.history()) {
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

    private static List<ModelCard.Entry> settings(Course course) {
        Recipe recipe = course.recipe();
        return List.of(
                entry("learning_rate", recipe.optimizer().learningRate()),
                entry("weight_decay", recipe.optimizer().weightDecay()),
                entry("max_grad_norm", recipe.optimizer().maxGradNorm()),
                entry("per_device_train_batch_size", recipe.batch().trainRowsPerDevice()),
                entry("gradient_accumulation_steps", recipe.batch().accumulation()),
                entry("ranks", recipe.batch().ranks()),
                entry("steps", course.steps()),
                entry("epochs", PythonNumber.round(course.epochAfter(course.steps()), 4)),
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
