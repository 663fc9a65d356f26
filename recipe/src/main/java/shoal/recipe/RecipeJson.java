package shoal.recipe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonFields;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * A recipe as JSON, as it travels and as it is kept beside results.
 *
 * <ul>
 *   <li>One object on one line; equal recipes give the same characters.
 *   <li>{@code version} comes first. It grows with every change of the format. Older ones are read;
 *       what they lack is what it meant before. A newer one is refused by its number, before
 *       anything else of the text is looked at.
 *   <li>The lowest version that has all of a recipe is written: what was written before {@code
 *       precision} came is written as it was.
 *   <li>Every member must be there, and no other; {@code read(write(recipe))} equals the recipe.
 * </ul>
 */
public final class RecipeJson {
    /**
     * The newest format; 2 brought optimizer.decays_all, 3 monitor, 4 zero.recomputes, 5
     * optimizer.rule and the schedule warmup_cosine, 6 and 7 the folders of zero, 8 corrects_bias
     * of Adam's rules, order.epoch_begun_after and selection.model_only, 9 precision.
     */
    public static final int VERSION = 9;

    /** Recipes in fp32 have no precision, and this version. */
    private static final int FULL_PRECISION = 8;

    private static final int SINCE_8 = 8;

    private static final String SOURCE = "recipe";
    private static final int MOST = Integer.MAX_VALUE;

    private RecipeJson() {}

    /** The text of a recipe. */
    public static String write(Recipe recipe) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        boolean full = recipe.precision().isFull();
        members.put("version", JsonNumber.of(full ? FULL_PRECISION : VERSION));
        members.put("batch", batch(recipe.batch()));
        members.put("length", length(recipe.length()));
        members.put("order", order(recipe.order()));
        members.put("optimizer", OptimizerJson.write(recipe.optimizer()));
        members.put("schedule", ScheduleJson.write(recipe.schedule()));
        members.put("label_smoothing", JsonNumber.of(recipe.labelSmoothing()));
        members.put("evaluation", cadence(recipe.evaluation()));
        members.put("logging", cadence(recipe.logging()));
        members.put("saving", cadence(recipe.saving()));
        members.put("selection", selection(recipe.selection()));
        members.put("monitor", monitor(recipe.monitor()));
        members.put("zero", zero(recipe.zero()));
        if (!full) {
            members.put("precision", PrecisionJson.write(recipe.precision()));
        }
        members.put("max_sequence_length", JsonNumber.of(recipe.maxSequenceLength()));
        members.put("labels", JsonNumber.of(recipe.labels()));
        members.put("output_directory", JsonText.of(recipe.outputDirectory()));
        List<JsonValue> notices = recipe.notices().stream().<JsonValue>map(JsonText::of).toList();
        members.put("notices", JsonArray.of(notices));
        return JsonWriter.compact(JsonObject.of(members));
    }

    /** The text of a schedule, as it is part of a recipe's. */
    public static String write(ScheduleRecipe schedule) {
        return JsonWriter.compact(ScheduleJson.write(schedule));
    }

    /**
     * The recipe of a text.
     *
     * @throws UserException with everything that is wrong with it
     */
    public static Recipe read(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length > Limits.RECIPE_BYTES) {
            throw new UserException(
                    SOURCE,
                    "has " + bytes.length + " bytes, expected at most " + Limits.RECIPE_BYTES);
        }
        JsonObject root = JsonReader.readObject(bytes, SOURCE);
        Problems problems = new Problems();
        JsonFields fields = new JsonFields(root, SOURCE, problems);
        long version = fields.whole("version", 1, MOST);
        problems.throwIfAny();
        if (version > VERSION) {
            throw new UserException(
                    SOURCE,
                    "has format version "
                            + version
                            + ", but this version of Shoal reads up to "
                            + VERSION
                            + "; use the version that wrote it");
        }
        try {
            Recipe recipe = recipe(fields, version);
            fields.refuseOthers();
            problems.throwIfAny();
            return recipe;
        } catch (IllegalArgumentException outOfBounds) {
            problems.throwIfAny();
            throw new UserException(SOURCE, String.valueOf(outOfBounds.getMessage()));
        }
    }

    private static Recipe recipe(JsonFields fields, long version) {
        return new Recipe(
                batch(fields.object("batch")),
                length(fields.object("length")),
                order(fields.object("order"), version),
                OptimizerJson.read(fields.object("optimizer"), version),
                ScheduleJson.read(fields.object("schedule")),
                fields.number("label_smoothing", 0, 1),
                cadence(fields.object("evaluation")),
                cadence(fields.object("logging")),
                cadence(fields.object("saving")),
                selection(fields.object("selection"), version),
                version < 3 ? MonitorRecipe.none() : monitor(fields.object("monitor")),
                zero(fields.object("zero"), version),
                version <= FULL_PRECISION
                        ? PrecisionRecipe.full()
                        : PrecisionJson.read(fields.object("precision")),
                fields.count("max_sequence_length", 1, MOST),
                fields.count("labels", 0, Limits.LABELS),
                fields.text("output_directory"),
                fields.texts("notices"));
    }

    private static JsonValue batch(BatchRecipe batch) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("ranks", JsonNumber.of(batch.ranks()));
        members.put("train_rows_per_device", JsonNumber.of(batch.trainRowsPerDevice()));
        members.put("evaluation_rows_per_device", JsonNumber.of(batch.evaluationRowsPerDevice()));
        members.put("accumulation", JsonNumber.of(batch.accumulation()));
        members.put("slices", JsonNumber.of(batch.slices()));
        members.put("drop_last", JsonBoolean.of(batch.dropLast()));
        return JsonObject.of(members);
    }

    private static BatchRecipe batch(JsonFields fields) {
        BatchRecipe batch =
                new BatchRecipe(
                        fields.count("ranks", 1, MOST),
                        fields.count("train_rows_per_device", 1, MOST),
                        fields.count("evaluation_rows_per_device", 1, MOST),
                        fields.count("accumulation", 1, MOST),
                        fields.count("slices", 1, MOST),
                        fields.flag("drop_last"));
        fields.refuseOthers();
        return batch;
    }

    private static JsonValue length(LengthRecipe length) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("epochs", JsonNumber.of(length.epochs()));
        members.put("steps", JsonNumber.of(length.steps()));
        return JsonObject.of(members);
    }

    private static LengthRecipe length(JsonFields fields) {
        LengthRecipe length =
                new LengthRecipe(fields.number("epochs", 0, 1e6), fields.count("steps", -1, MOST));
        fields.refuseOthers();
        return length;
    }

    private static JsonValue order(OrderRecipe order) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("sampling", word(order.sampling()));
        members.put("seed", JsonNumber.of(order.seed()));
        members.put("data_seed", JsonNumber.of(order.dataSeed()));
        members.put("epoch_begun_after", JsonNumber.of(order.epochBegunAfter()));
        return JsonObject.of(members);
    }

    private static OrderRecipe order(JsonFields fields, long version) {
        OrderRecipe order =
                new OrderRecipe(
                        fields.word("sampling", OrderRecipe.Sampling.class),
                        fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                        fields.whole("data_seed", Long.MIN_VALUE, Long.MAX_VALUE),
                        version < SINCE_8 ? 0 : fields.count("epoch_begun_after", 0, MOST));
        fields.refuseOthers();
        return order;
    }

    private static JsonValue cadence(Cadence cadence) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("strategy", word(cadence.strategy()));
        members.put("steps", JsonNumber.of(cadence.steps()));
        members.put("at_first_step", JsonBoolean.of(cadence.atFirstStep()));
        members.put("at_start", JsonBoolean.of(cadence.atStart()));
        members.put("delay", JsonNumber.of(cadence.delay()));
        return JsonObject.of(members);
    }

    private static Cadence cadence(JsonFields fields) {
        Cadence cadence =
                new Cadence(
                        fields.word("strategy", Cadence.Strategy.class),
                        fields.number("steps", 0, MOST),
                        fields.flag("at_first_step"),
                        fields.flag("at_start"),
                        fields.number("delay", 0, MOST));
        fields.refuseOthers();
        return cadence;
    }

    private static JsonValue selection(SelectionRecipe selection) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("metric", JsonText.of(selection.metric()));
        members.put("greater_is_better", JsonBoolean.of(selection.greaterIsBetter()));
        members.put("ends_with_best", JsonBoolean.of(selection.endsWithBest()));
        members.put("patience", JsonNumber.of(selection.patience()));
        members.put("threshold", JsonNumber.of(selection.threshold()));
        members.put("checkpoints_kept", JsonNumber.of(selection.checkpointsKept()));
        members.put("model_only", JsonBoolean.of(selection.modelOnly()));
        return JsonObject.of(members);
    }

    private static SelectionRecipe selection(JsonFields fields, long version) {
        SelectionRecipe selection =
                new SelectionRecipe(
                        fields.text("metric"),
                        fields.flag("greater_is_better"),
                        fields.flag("ends_with_best"),
                        fields.count("patience", 0, MOST),
                        fields.number("threshold", 0, 1e9),
                        fields.count("checkpoints_kept", 0, MOST),
                        version >= SINCE_8 && fields.flag("model_only"));
        fields.refuseOthers();
        return selection;
    }

    private static JsonValue monitor(MonitorRecipe monitor) {
        return JsonObject.of(Map.of("csv_folder", JsonText.of(monitor.csvFolder())));
    }

    private static MonitorRecipe monitor(JsonFields fields) {
        MonitorRecipe monitor = new MonitorRecipe(fields.text("csv_folder"));
        fields.refuseOthers();
        return monitor;
    }

    private static JsonValue zero(ZeroRecipe zero) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("stage", JsonNumber.of(zero.stage()));
        members.put("optimizer", word(zero.optimizer()));
        members.put("parameters", word(zero.parameters()));
        members.put("recomputes", JsonBoolean.of(zero.recomputes()));
        members.put("moments_folder", JsonText.of(zero.momentsFolder()));
        members.put("parameters_folder", JsonText.of(zero.parametersFolder()));
        return JsonObject.of(members);
    }

    private static ZeroRecipe zero(JsonFields fields, long version) {
        int stage = fields.count("stage", 0, 3);
        ZeroRecipe.Offload optimizer = fields.word("optimizer", ZeroRecipe.Offload.class);
        if (version < 6 && optimizer == ZeroRecipe.Offload.NVME) {
            optimizer = ZeroRecipe.Offload.CPU; // where moments were kept then
        }
        ZeroRecipe.Offload parameters = fields.word("parameters", ZeroRecipe.Offload.class);
        if (version < 7 && parameters == ZeroRecipe.Offload.NVME) {
            parameters = ZeroRecipe.Offload.CPU; // likewise
        }
        ZeroRecipe zero =
                new ZeroRecipe(
                        stage,
                        optimizer,
                        parameters,
                        version >= 4 && fields.flag("recomputes"),
                        version < 6 ? "" : fields.text("moments_folder"),
                        version < 7 ? "" : fields.text("parameters_folder"));
        fields.refuseOthers();
        return zero;
    }

    private static JsonValue word(Enum<?> value) {
        return JsonText.of(value.name().toLowerCase(Locale.ROOT));
    }
}
