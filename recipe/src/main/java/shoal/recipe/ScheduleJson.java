package shoal.recipe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonFields;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** A schedule as JSON: its type by name, then its own members. */
final class ScheduleJson implements ScheduleRecipe.Handler<Map<String, JsonValue>> {
    private static final ScheduleJson WRITER = new ScheduleJson();
    private static final int MOST = Integer.MAX_VALUE;

    private ScheduleJson() {}

    static JsonValue write(ScheduleRecipe schedule) {
        return JsonObject.of(schedule.accept(WRITER));
    }

    static ScheduleRecipe read(JsonFields fields) {
        String type = fields.text("type");
        ScheduleRecipe schedule =
                switch (type) {
                    case "linear" -> new ScheduleRecipe.Linear(warmup(fields, "warmup"));
                    case "constant" -> new ScheduleRecipe.Constant(warmup(fields, "warmup"));
                    case "cosine" ->
                            new ScheduleRecipe.Cosine(
                                    warmup(fields, "warmup"), fields.number("cycles", 0, 1e6));
                    case "cosine_with_restarts" ->
                            new ScheduleRecipe.CosineWithRestarts(
                                    warmup(fields, "warmup"), fields.number("cycles", 0, 1e6));
                    case "cosine_with_minimum" -> cosineWithMinimum(fields);
                    case "polynomial" ->
                            new ScheduleRecipe.Polynomial(
                                    warmup(fields, "warmup"),
                                    fields.number("end_rate", 0, 1e6),
                                    fields.number("power", 0, 1e6));
                    case "inverse_square_root" ->
                            new ScheduleRecipe.InverseSquareRoot(
                                    warmup(fields, "warmup"), fields.count("timescale", 0, MOST));
                    case "warmup_stable_decay" -> stableDecay(fields);
                    case "warmup" -> deepspeed(fields);
                    case "warmup_cosine" -> warmupCosine(fields);
                    case "one_cycle" -> oneCycle(fields);
                    case "range_test" -> rangeTest(fields);
                    case "logged_ahead" -> loggedAhead(fields);
                    default -> {
                        fields.refuse("type", "is no schedule that this version of Shoal knows");
                        yield new ScheduleRecipe.Constant(new WarmupLength(0, 0));
                    }
                };
        fields.refuseOthers();
        return schedule;
    }

    @Override
    public Map<String, JsonValue> linear(ScheduleRecipe.Linear schedule) {
        return members("linear", schedule.warmup());
    }

    @Override
    public Map<String, JsonValue> constant(ScheduleRecipe.Constant schedule) {
        return members("constant", schedule.warmup());
    }

    @Override
    public Map<String, JsonValue> cosine(ScheduleRecipe.Cosine schedule) {
        Map<String, JsonValue> members = members("cosine", schedule.warmup());
        members.put("cycles", JsonNumber.of(schedule.cycles()));
        return members;
    }

    @Override
    public Map<String, JsonValue> cosineWithRestarts(ScheduleRecipe.CosineWithRestarts schedule) {
        Map<String, JsonValue> members = members("cosine_with_restarts", schedule.warmup());
        members.put("cycles", JsonNumber.of(schedule.cycles()));
        return members;
    }

    @Override
    public Map<String, JsonValue> cosineWithMinimum(ScheduleRecipe.CosineWithMinimum schedule) {
        Map<String, JsonValue> members = members("cosine_with_minimum", schedule.warmup());
        members.put("cycles", JsonNumber.of(schedule.cycles()));
        members.put("minimum", JsonNumber.of(schedule.minimum()));
        members.put("ahead", JsonBoolean.of(schedule.start().ahead()));
        members.put("share", JsonNumber.of(schedule.start().share()));
        return members;
    }

    private static ScheduleRecipe.CosineWithMinimum cosineWithMinimum(JsonFields fields) {
        return new ScheduleRecipe.CosineWithMinimum(
                warmup(fields, "warmup"),
                fields.number("cycles", 0, 1e6),
                fields.number("minimum", 0, 1e6),
                new ScheduleRecipe.CosineWithMinimum.Start(
                        fields.flag("ahead"), fields.number("share", -1, 1e6)));
    }

    @Override
    public Map<String, JsonValue> polynomial(ScheduleRecipe.Polynomial schedule) {
        Map<String, JsonValue> members = members("polynomial", schedule.warmup());
        members.put("end_rate", JsonNumber.of(schedule.endRate()));
        members.put("power", JsonNumber.of(schedule.power()));
        return members;
    }

    @Override
    public Map<String, JsonValue> inverseSquareRoot(ScheduleRecipe.InverseSquareRoot schedule) {
        Map<String, JsonValue> members = members("inverse_square_root", schedule.warmup());
        members.put("timescale", JsonNumber.of(schedule.timescale()));
        return members;
    }

    @Override
    public Map<String, JsonValue> warmupStableDecay(WarmupStableDecay schedule) {
        Map<String, JsonValue> members = members("warmup_stable_decay", schedule.warmup());
        members.put("rise", word(schedule.rise()));
        members.put("stable_steps", JsonNumber.of(schedule.stableSteps()));
        members.put("decay_steps", JsonNumber.of(schedule.decaySteps()));
        members.put("fall", word(schedule.fall()));
        members.put("cycles", JsonNumber.of(schedule.cycles()));
        members.put("minimum", JsonNumber.of(schedule.minimum()));
        return members;
    }

    private static JsonValue word(WarmupStableDecay.Shape shape) {
        return JsonText.of(shape.name().toLowerCase(Locale.ROOT));
    }

    private static WarmupStableDecay stableDecay(JsonFields fields) {
        return new WarmupStableDecay(
                warmup(fields, "warmup"),
                fields.word("rise", WarmupStableDecay.Shape.class),
                fields.count("stable_steps", -1, MOST),
                fields.count("decay_steps", 0, MOST),
                fields.word("fall", WarmupStableDecay.Shape.class),
                fields.number("cycles", 0, 1e6),
                fields.number("minimum", 0, 1));
    }

    @Override
    public Map<String, JsonValue> warmup(ScheduleRecipe.Warmup schedule) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of("warmup"));
        members.put("min_rate", JsonNumber.of(schedule.minRate()));
        members.put("max_rate", JsonNumber.of(schedule.maxRate()));
        members.put("steps", JsonNumber.of(schedule.steps()));
        members.put("auto", warmup(schedule.auto()));
        members.put("logarithmic", JsonBoolean.of(schedule.logarithmic()));
        members.put("decays", JsonBoolean.of(schedule.decays()));
        members.put("total_steps", JsonNumber.of(schedule.totalSteps()));
        return members;
    }

    private static ScheduleRecipe.Warmup deepspeed(JsonFields fields) {
        return new ScheduleRecipe.Warmup(
                fields.number("min_rate", 0, 1e6),
                fields.number("max_rate", 0, 1e6),
                fields.count("steps", -1, MOST),
                warmup(fields, "auto"),
                fields.flag("logarithmic"),
                fields.flag("decays"),
                fields.count("total_steps", -1, MOST));
    }

    @Override
    public Map<String, JsonValue> warmupCosine(ScheduleRecipe.WarmupCosine schedule) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of("warmup_cosine"));
        members.put("start_share", JsonNumber.of(schedule.startShare()));
        members.put("steps", JsonNumber.of(schedule.steps()));
        members.put("auto", warmup(schedule.auto()));
        members.put("logarithmic", JsonBoolean.of(schedule.logarithmic()));
        members.put("end_share", JsonNumber.of(schedule.endShare()));
        members.put("total_steps", JsonNumber.of(schedule.totalSteps()));
        return members;
    }

    private static ScheduleRecipe.WarmupCosine warmupCosine(JsonFields fields) {
        return new ScheduleRecipe.WarmupCosine(
                fields.number("start_share", 0, 1e6),
                fields.count("steps", -1, MOST),
                warmup(fields, "auto"),
                fields.flag("logarithmic"),
                fields.number("end_share", 0, 1e6),
                fields.count("total_steps", -1, MOST));
    }

    @Override
    public Map<String, JsonValue> oneCycle(ScheduleRecipe.OneCycle schedule) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of("one_cycle"));
        members.put("min_rate", JsonNumber.of(schedule.minRate()));
        members.put("max_rate", JsonNumber.of(schedule.maxRate()));
        members.put("rise_steps", JsonNumber.of(schedule.rise().steps()));
        members.put("rise_stairs", JsonNumber.of(schedule.rise().stairs()));
        members.put("fall_steps", JsonNumber.of(schedule.fall().steps()));
        members.put("fall_stairs", JsonNumber.of(schedule.fall().stairs()));
        members.put("decay_steps", JsonNumber.of(schedule.decaySteps()));
        members.put("decay_rate", JsonNumber.of(schedule.decayRate()));
        return members;
    }

    private static ScheduleRecipe.OneCycle oneCycle(JsonFields fields) {
        return new ScheduleRecipe.OneCycle(
                fields.number("min_rate", 0, 1e6),
                fields.number("max_rate", 0, 1e6),
                new ScheduleRecipe.OneCycle.Half(
                        fields.count("rise_steps", 1, MOST), fields.count("rise_stairs", 0, MOST)),
                new ScheduleRecipe.OneCycle.Half(
                        fields.count("fall_steps", 0, MOST), fields.count("fall_stairs", 0, MOST)),
                fields.count("decay_steps", 0, MOST),
                fields.number("decay_rate", 0, 1e6));
    }

    @Override
    public Map<String, JsonValue> rangeTest(ScheduleRecipe.RangeTest schedule) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of("range_test"));
        members.put("min_rate", JsonNumber.of(schedule.minRate()));
        members.put("step_size", JsonNumber.of(schedule.stepSize()));
        members.put("step_rate", JsonNumber.of(schedule.stepRate()));
        members.put("staircase", JsonBoolean.of(schedule.staircase()));
        return members;
    }

    private static ScheduleRecipe.RangeTest rangeTest(JsonFields fields) {
        return new ScheduleRecipe.RangeTest(
                fields.number("min_rate", 0, 1e6),
                fields.count("step_size", 1, MOST),
                fields.number("step_rate", 0, 1e6),
                fields.flag("staircase"));
    }

    @Override
    public Map<String, JsonValue> loggedAhead(ScheduleRecipe.LoggedAhead schedule) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of("logged_ahead"));
        members.put("schedule", write(schedule.schedule()));
        return members;
    }

    private static ScheduleRecipe.LoggedAhead loggedAhead(JsonFields fields) {
        return new ScheduleRecipe.LoggedAhead(read(fields.object("schedule")));
    }

    private static Map<String, JsonValue> members(String type, WarmupLength warmup) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of(type));
        members.put("warmup", warmup(warmup));
        return members;
    }

    private static JsonValue warmup(WarmupLength warmup) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("steps", JsonNumber.of(warmup.steps()));
        members.put("ratio", JsonNumber.of(warmup.ratio()));
        return JsonObject.of(members);
    }

    private static WarmupLength warmup(JsonFields fields, String name) {
        JsonFields inner = fields.object(name);
        WarmupLength warmup =
                new WarmupLength(inner.count("steps", 0, MOST), inner.number("ratio", 0, 1));
        inner.refuseOthers();
        return warmup;
    }
}
