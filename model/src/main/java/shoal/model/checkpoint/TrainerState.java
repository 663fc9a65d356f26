package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.model.json.PythonJson;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * HF's trainer_state.json: exactly the 20 fields of transformers 4.57.6 (trainer_callback.py,
 * TrainerState). One more and HF's Trainer refuses the file.
 *
 * @param epoch with the part of the running epoch, empty before the first step
 * @param globalStep updates done
 * @param maxSteps updates of the whole run
 * @param loggingSteps log every so many updates; 500 is HF's value where it has no meaning
 * @param evaluationSteps evaluate every so many updates
 * @param saveSteps save every so many updates
 * @param trainBatchSize per_device_train_batch_size
 * @param epochs num_train_epochs, rounded up
 * @param inputTokensSeen 0 unless include_num_input_tokens_seen
 * @param totalFlops floating point operations, HF's estimate
 * @param logHistory every logged row
 * @param bestMetric of metric_for_best_model
 * @param bestStep where it was
 * @param bestCheckpoint its folder
 * @param control what is due at this step
 */
public record TrainerState(
        OptionalDouble epoch,
        int globalStep,
        int maxSteps,
        int loggingSteps,
        int evaluationSteps,
        int saveSteps,
        int trainBatchSize,
        int epochs,
        long inputTokensSeen,
        double totalFlops,
        List<JsonObject> logHistory,
        OptionalDouble bestMetric,
        OptionalInt bestStep,
        Optional<String> bestCheckpoint,
        Control control) {
    /**
     * What HF keeps among the stateful callbacks: its TrainerControl and its EarlyStoppingCallback.
     *
     * @param save a checkpoint is being saved at this step
     * @param stop training ends at this step
     * @param earlyStopping where the run stops early
     */
    public record Control(boolean save, boolean stop, Optional<EarlyStopping> earlyStopping) {
        public Control {
            requireNonNull(earlyStopping, "earlyStopping");
        }

        /** Of a run that does not stop early. */
        public Control(boolean save, boolean stop) {
            this(save, stop, Optional.empty());
        }
    }

    /**
     * HF's EarlyStoppingCallback.
     *
     * @param patience evaluations without a better one after which a run stops
     * @param threshold how much better an evaluation must be to count as better
     * @param counter evaluations without a better one so far
     */
    public record EarlyStopping(int patience, double threshold, int counter) {}

    public TrainerState {
        requireNonNull(epoch, "epoch");
        logHistory = List.copyOf(logHistory);
        requireNonNull(bestMetric, "bestMetric");
        requireNonNull(bestStep, "bestStep");
        requireNonNull(bestCheckpoint, "bestCheckpoint");
        requireNonNull(control, "control");
    }

    /** The file's text. */
    public String json() {
        Members json =
                new Members()
                        .put("best_global_step", integer(bestStep))
                        .put("best_metric", number(bestMetric))
                        .put("best_model_checkpoint", text(bestCheckpoint))
                        .put("epoch", number(epoch))
                        .integer("eval_steps", evaluationSteps)
                        .integer("global_step", globalStep)
                        .flag("is_hyper_param_search", false)
                        .flag("is_local_process_zero", true)
                        .flag("is_world_process_zero", true)
                        .put("log_history", JsonArray.of(List.copyOf(logHistory)))
                        .integer("logging_steps", loggingSteps)
                        .integer("max_steps", maxSteps)
                        .integer("num_input_tokens_seen", inputTokensSeen)
                        .integer("num_train_epochs", epochs)
                        .integer("save_steps", saveSteps)
                        .put("stateful_callbacks", callbacks())
                        .number("total_flos", totalFlops)
                        .integer("train_batch_size", trainBatchSize)
                        .nothing("trial_name")
                        .nothing("trial_params");
        return PythonJson.sorted(json.object()) + "\n";
    }

    private JsonObject callbacks() {
        Members arguments =
                new Members()
                        .flag("should_epoch_stop", false)
                        .flag("should_evaluate", false)
                        .flag("should_log", false)
                        .flag("should_save", control.save())
                        .flag("should_training_stop", control.stop());
        Members callbacks = new Members();
        callbacks.put("TrainerControl", callback(arguments, new Members()));
        control.earlyStopping()
                .ifPresent(each -> callbacks.put("EarlyStoppingCallback", callback(each)));
        return callbacks.object();
    }

    private static JsonObject callback(EarlyStopping stopping) {
        return callback(
                new Members()
                        .integer("early_stopping_patience", stopping.patience())
                        .number("early_stopping_threshold", stopping.threshold()),
                new Members().integer("early_stopping_patience_counter", stopping.counter()));
    }

    private static JsonObject callback(Members arguments, Members attributes) {
        return new Members()
                .put("args", arguments.object())
                .put("attributes", attributes.object())
                .object();
    }

    private static JsonValue number(OptionalDouble value) {
        return value.isPresent() ? Json.number(value.getAsDouble()) : Json.NULL;
    }

    private static JsonValue integer(OptionalInt value) {
        return value.isPresent() ? JsonNumber.of(value.getAsInt()) : Json.NULL;
    }

    private static JsonValue text(Optional<String> value) {
        return value.<JsonValue>map(JsonText::of).orElse(Json.NULL);
    }
}
