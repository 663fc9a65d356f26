package shoal.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonFields;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** An update rule as JSON: its figures, and the rule by its type with members of its own. */
final class OptimizerJson implements UpdateRule.Handler<Map<String, JsonValue>> {
    /** Formats that know other rules than AdamW. */
    private static final long RULES_SINCE = 5;

    /** Formats in which Adam may leave the bias as it is. */
    private static final long UNCORRECTED_SINCE = 8;

    private OptimizerJson() {}

    static JsonValue write(OptimizerRecipe optimizer) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("rule", JsonObject.of(optimizer.rule().accept(new OptimizerJson())));
        members.put("learning_rate", JsonNumber.of(optimizer.learningRate()));
        members.put("beta1", JsonNumber.of(optimizer.beta1()));
        members.put("beta2", JsonNumber.of(optimizer.beta2()));
        members.put("epsilon", JsonNumber.of(optimizer.epsilon()));
        members.put("weight_decay", JsonNumber.of(optimizer.weightDecay()));
        members.put("max_grad_norm", JsonNumber.of(optimizer.maxGradNorm()));
        members.put("decays_all", JsonBoolean.of(optimizer.decaysAll()));
        return JsonObject.of(members);
    }

    static OptimizerRecipe read(JsonFields fields, long version) {
        OptimizerRecipe optimizer =
                new OptimizerRecipe(
                        version < RULES_SINCE
                                ? new UpdateRule.AdamW()
                                : rule(fields.object("rule"), version),
                        fields.number("learning_rate", 0, 1e6),
                        fields.number("beta1", 0, 1),
                        fields.number("beta2", 0, 1),
                        fields.number("epsilon", 0, 1e6),
                        fields.number("weight_decay", 0, 1e6),
                        fields.number("max_grad_norm", 0, 1e9),
                        version >= 2 && fields.flag("decays_all"));
        fields.refuseOthers();
        return optimizer;
    }

    private static UpdateRule rule(JsonFields fields, long version) {
        UpdateRule rule =
                switch (fields.text("type")) {
                    case "adamw" -> new UpdateRule.AdamW(correctsBias(fields, version));
                    case "adam" -> new UpdateRule.Adam(correctsBias(fields, version));
                    case "adam_then_decay" ->
                            new UpdateRule.AdamThenDecay(fields.flag("epsilon_first"));
                    case "lamb" ->
                            new UpdateRule.Lamb(
                                    fields.flag("corrects_bias"),
                                    fields.number("max_ratio", 0, 1e6),
                                    fields.number("min_ratio", 0, 1e6),
                                    fields.flag("epsilon_inside"));
                    case "onebit_adam" ->
                            new UpdateRule.OneBitAdam(
                                    (int) fields.whole("freeze_step", 1, Integer.MAX_VALUE));
                    case "onebit_lamb" -> oneBitLamb(fields);
                    default -> {
                        fields.refuse("type", "is no rule that this version of Shoal knows");
                        yield new UpdateRule.AdamW();
                    }
                };
        fields.refuseOthers();
        return rule;
    }

    private static boolean correctsBias(JsonFields fields, long version) {
        return version < UNCORRECTED_SINCE || fields.flag("corrects_bias");
    }

    private static UpdateRule.OneBitLamb oneBitLamb(JsonFields fields) {
        return new UpdateRule.OneBitLamb(
                (int) fields.whole("freeze_step", 1, Integer.MAX_VALUE),
                new UpdateRule.Lamb(
                        false,
                        fields.number("max_ratio", 0, 1e6),
                        fields.number("min_ratio", 0, 1e6),
                        false),
                fields.number("ratio_beta", 0, 1),
                new UpdateRule.Factors(
                        fields.number("max_factor", 0, 1e6),
                        fields.number("min_factor", 0, 1e6),
                        fields.number("factor_threshold", 0, 1e6)));
    }

    @Override
    public Map<String, JsonValue> adamW(UpdateRule.AdamW rule) {
        return corrected(type("adamw"), rule.correctsBias());
    }

    @Override
    public Map<String, JsonValue> adam(UpdateRule.Adam rule) {
        return corrected(type("adam"), rule.correctsBias());
    }

    @Override
    public Map<String, JsonValue> adamThenDecay(UpdateRule.AdamThenDecay rule) {
        Map<String, JsonValue> members = type("adam_then_decay");
        members.put("epsilon_first", JsonBoolean.of(rule.epsilonFirst()));
        return members;
    }

    @Override
    public Map<String, JsonValue> lamb(UpdateRule.Lamb rule) {
        Map<String, JsonValue> members = type("lamb");
        corrected(members, rule.correctsBias());
        members.put("max_ratio", JsonNumber.of(rule.maxRatio()));
        members.put("min_ratio", JsonNumber.of(rule.minRatio()));
        members.put("epsilon_inside", JsonBoolean.of(rule.epsilonInside()));
        return members;
    }

    @Override
    public Map<String, JsonValue> oneBitAdam(UpdateRule.OneBitAdam rule) {
        Map<String, JsonValue> members = type("onebit_adam");
        members.put("freeze_step", JsonNumber.of(rule.freezeStep()));
        return members;
    }

    @Override
    public Map<String, JsonValue> oneBitLamb(UpdateRule.OneBitLamb rule) {
        Map<String, JsonValue> members = type("onebit_lamb");
        members.put("freeze_step", JsonNumber.of(rule.freezeStep()));
        members.put("max_ratio", JsonNumber.of(rule.warmUp().maxRatio()));
        members.put("min_ratio", JsonNumber.of(rule.warmUp().minRatio()));
        members.put("ratio_beta", JsonNumber.of(rule.ratioBeta()));
        members.put("max_factor", JsonNumber.of(rule.factors().max()));
        members.put("min_factor", JsonNumber.of(rule.factors().min()));
        members.put("factor_threshold", JsonNumber.of(rule.factors().threshold()));
        return members;
    }

    private static Map<String, JsonValue> corrected(
            Map<String, JsonValue> members, boolean correctsBias) {
        members.put("corrects_bias", JsonBoolean.of(correctsBias));
        return members;
    }

    private static Map<String, JsonValue> type(String name) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("type", JsonText.of(name));
        return members;
    }
}
