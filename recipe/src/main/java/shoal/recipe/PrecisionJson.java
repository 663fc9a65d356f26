package shoal.recipe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonFields;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** A precision as JSON; its loss scaling by its type with members of its own. */
final class PrecisionJson implements LossScaling.Handler<Map<String, JsonValue>> {
    private static final int MOST = Integer.MAX_VALUE;

    private PrecisionJson() {}

    static JsonValue write(PrecisionRecipe precision) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("arithmetic", word(precision.arithmetic()));
        members.put("scaling", JsonObject.of(precision.scaling().accept(new PrecisionJson())));
        members.put("skips", JsonBoolean.of(precision.skips()));
        members.put("sums", word(precision.sums()));
        members.put("travel", word(precision.travel()));
        return JsonObject.of(members);
    }

    static PrecisionRecipe read(JsonFields fields) {
        PrecisionRecipe precision =
                new PrecisionRecipe(
                        fields.word("arithmetic", PrecisionRecipe.Arithmetic.class),
                        scaling(fields.object("scaling")),
                        fields.flag("skips"),
                        fields.word("sums", PrecisionRecipe.Type.class),
                        fields.word("travel", PrecisionRecipe.Type.class));
        fields.refuseOthers();
        return precision;
    }

    private static LossScaling scaling(JsonFields fields) {
        LossScaling scaling =
                switch (fields.text("type")) {
                    case "none" -> LossScaling.none();
                    case "fixed" -> new LossScaling.Fixed(positive(fields, "scale"));
                    case "growing" ->
                            new LossScaling.Growing(
                                    positive(fields, "first"),
                                    fields.number("growth", 1, 1e6),
                                    fields.number("backoff", 0, 1),
                                    fields.count("interval", 1, MOST));
                    case "delayed" ->
                            new LossScaling.Delayed(
                                    positive(fields, "first"),
                                    fields.count("window", 1, MOST),
                                    positive(fields, "least"),
                                    fields.count("hysteresis", Integer.MIN_VALUE, MOST),
                                    fields.flag("refills"),
                                    fields.flag("fails"));
                    default -> {
                        fields.refuse("type", "is no scaling that this version of Shoal knows");
                        yield LossScaling.none();
                    }
                };
        fields.refuseOthers();
        return scaling;
    }

    private static double positive(JsonFields fields, String name) {
        return fields.number(name, Double.MIN_VALUE, Double.MAX_VALUE);
    }

    @Override
    public Map<String, JsonValue> none(LossScaling.None scaling) {
        return type("none");
    }

    @Override
    public Map<String, JsonValue> fixed(LossScaling.Fixed scaling) {
        Map<String, JsonValue> members = type("fixed");
        members.put("scale", JsonNumber.of(scaling.scale()));
        return members;
    }

    @Override
    public Map<String, JsonValue> growing(LossScaling.Growing scaling) {
        Map<String, JsonValue> members = type("growing");
        members.put("first", JsonNumber.of(scaling.first()));
        members.put("growth", JsonNumber.of(scaling.growth()));
        members.put("backoff", JsonNumber.of(scaling.backoff()));
        members.put("interval", JsonNumber.of(scaling.interval()));
        return members;
    }

    @Override
    public Map<String, JsonValue> delayed(LossScaling.Delayed scaling) {
        Map<String, JsonValue> members = type("delayed");
        members.put("first", JsonNumber.of(scaling.first()));
        members.put("window", JsonNumber.of(scaling.window()));
        members.put("least", JsonNumber.of(scaling.least()));
        members.put("hysteresis", JsonNumber.of(scaling.hysteresis()));
        members.put("refills", JsonBoolean.of(scaling.refills()));
        members.put("fails", JsonBoolean.of(scaling.fails()));
        return members;
    }

    private static Map<String, JsonValue> type(String name) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of(name));
        return members;
    }

    private static JsonValue word(Enum<?> value) {
        return JsonText.of(value.name().toLowerCase(Locale.ROOT));
    }
}
