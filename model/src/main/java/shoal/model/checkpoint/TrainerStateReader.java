package shoal.model.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import shoal.model.json.Json;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * Reads trainer_state.json back, ours and those of HF since transformers 4.27.
 *
 * <p>Rows of log_history keep their numbers as they are written, a loss that is NaN too; the best
 * metric is infinite after an evaluation that gave no number. Fields that a version of HF does not
 * write yet have HF's default; fields that are not known are passed over, as are callbacks.
 */
final class TrainerStateReader {
    private static final JsonObject EMPTY = JsonObject.of(Map.of());
    private static final int MOST = Integer.MAX_VALUE;

    /** HF's logging_steps, eval_steps and save_steps where none is given. */
    private static final int DEFAULT_STEPS = 500;

    private final JsonObject json;
    private final String shownName;
    private final Problems problems = new Problems();

    private TrainerStateReader(JsonObject json, String shownName) {
        this.json = json;
        this.shownName = shownName;
    }

    /**
     * Reads the file.
     *
     * @throws shoal.recipe.UserException with everything that is wrong with it
     */
    static TrainerState read(Path file, String shownName) {
        return new TrainerStateReader(Json.readPythonsObject(file, shownName), shownName).state();
    }

    private TrainerState state() {
        if (json.member("global_step").isEmpty()) {
            problems.add(shownName, "has no global_step: it does not say after which step it was.");
        }
        TrainerState state =
                new TrainerState(
                        done("epoch", 1e9),
                        count("global_step", 0, 0),
                        count("max_steps", 0, 0),
                        count("logging_steps", 0, DEFAULT_STEPS),
                        count("eval_steps", 0, DEFAULT_STEPS),
                        count("save_steps", 0, DEFAULT_STEPS),
                        count("train_batch_size", 0, 0),
                        count("num_train_epochs", 0, 0),
                        (long) done("num_input_tokens_seen", 1e18).orElse(0),
                        done("total_flos", Double.MAX_VALUE).orElse(0),
                        history(),
                        decimal("best_metric"),
                        bestStep(),
                        text("best_model_checkpoint"),
                        control());
        problems.throwIfAny();
        return state;
    }

    private Optional<JsonValue> given(String key) {
        return json.member(key).filter(value -> !(value instanceof JsonNull));
    }

    private int count(String key, int least, int otherwise) {
        Optional<JsonValue> value = given(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        OptionalLong whole = Json.integer(value.get());
        if (whole.isPresent() && whole.getAsLong() >= least && whole.getAsLong() <= MOST) {
            return (int) whole.getAsLong();
        }
        wrong(key, value.get(), "a whole number from " + least + " to " + MOST);
        return otherwise;
    }

    private OptionalInt bestStep() {
        return given("best_global_step").isPresent()
                ? OptionalInt.of(count("best_global_step", 0, 0))
                : OptionalInt.empty();
    }

    private OptionalDouble decimal(String key) {
        Optional<JsonValue> value = given(key);
        if (value.isPresent() && value.get() instanceof JsonNumber number) {
            return OptionalDouble.of(number.decimal());
        }
        value.ifPresent(other -> wrong(key, other, "a number"));
        return OptionalDouble.empty();
    }

    /** How much of something is done. */
    private OptionalDouble done(String key, double most) {
        OptionalDouble value = decimal(key);
        if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() <= most)) {
            wrong(key, given(key).orElseThrow(), "a number from 0 to " + most);
            return OptionalDouble.empty();
        }
        return value;
    }

    private Optional<String> text(String key) {
        Optional<JsonValue> value = given(key);
        if (value.isPresent() && value.get() instanceof JsonText text) {
            return Optional.of(text.text());
        }
        value.ifPresent(other -> wrong(key, other, "a text"));
        return Optional.empty();
    }

    private List<JsonObject> history() {
        Optional<JsonValue> value = given("log_history");
        List<JsonObject> rows = new ArrayList<>();
        if (value.isPresent() && value.get() instanceof JsonArray list) {
            for (JsonValue each : list.values()) {
                if (each instanceof JsonObject row) {
                    rows.add(row);
                } else {
                    wrong("log_history", each, "a list of objects");
                }
            }
            return rows;
        }
        value.ifPresent(other -> wrong("log_history", other, "a list of objects"));
        return rows;
    }

    private TrainerState.Control control() {
        JsonObject callbacks = Json.object(json, "stateful_callbacks").orElse(EMPTY);
        JsonObject control = member(member(callbacks, "TrainerControl"), "args");
        return new TrainerState.Control(
                Json.flag(control, "should_save").orElse(false),
                Json.flag(control, "should_training_stop").orElse(false),
                Json.object(callbacks, "EarlyStoppingCallback").map(this::earlyStopping));
    }

    private TrainerState.EarlyStopping earlyStopping(JsonObject callback) {
        JsonObject arguments = member(callback, "args");
        Optional<JsonValue> threshold = arguments.member("early_stopping_threshold");
        return new TrainerState.EarlyStopping(
                whole(arguments, "early_stopping_patience"),
                threshold.isPresent() && threshold.get() instanceof JsonNumber number
                        ? number.decimal()
                        : 0,
                whole(member(callback, "attributes"), "early_stopping_patience_counter"));
    }

    private int whole(JsonObject object, String key) {
        Optional<JsonValue> value = object.member(key);
        long whole = value.map(Json::integer).orElse(OptionalLong.empty()).orElse(-1);
        if (whole < 0 || whole > MOST) {
            problems.add(
                    shownName + ":" + value.map(JsonValue::line).orElse(object.line()),
                    key
                            + " is "
                            + value.map(JsonValue::inWords).orElse("missing")
                            + ", expected a whole number from 0 to "
                            + MOST
                            + ".");
            return 0;
        }
        return (int) whole;
    }

    private static JsonObject member(JsonObject object, String key) {
        return Json.object(object, key).orElse(EMPTY);
    }

    private void wrong(String key, JsonValue value, String expected) {
        problems.add(
                shownName + ":" + value.line(),
                key + " is " + value.inWords() + ", expected " + expected + ".");
    }
}
