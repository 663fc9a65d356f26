package shoal.recipe.huggingface;

import static java.nio.charset.StandardCharsets.UTF_8;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.FLAG_OR_NULL;
import static shoal.recipe.key.Types.wholeOrNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.recipe.Problems;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Given;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyTable;
import shoal.recipe.key.Origin;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;

/**
 * The members of accelerator_config, as paths with dots (transformers 4.57.6 trainer_pt_utils.py,
 * AcceleratorConfig; accelerate 1.15.0 GradientAccumulationPlugin).
 */
public final class AcceleratorKeys {
    private static final String SECTION = "accelerator_config";
    private static final String KWARGS = SECTION + ".gradient_accumulation_kwargs";
    private static final String NO_LOADER = "rows are tokenized once and kept in memory";
    private static final String OWN = "the plan of a run says when gradients are exchanged";

    /** The members, as docs/arguments.md lists them. */
    public static final List<Key> KEYS =
            List.of(
                    refused(
                            SECTION + ".split_batches",
                            FLAG,
                            "false",
                            "divides a batch over devices",
                            "per_device_train_batch_size is per rank. Set it to false"),
                    refused(
                            SECTION + ".use_seedable_sampler",
                            FLAG,
                            "true",
                            "draws the row order from the seed and the epoch",
                            "no other row order is known here. Set it to true"),
                    withoutEffect(
                            SECTION + ".even_batches",
                            FLAG,
                            "true",
                            "repeats rows where ranks have unequally many batches",
                            "a row counts once, as with false"),
                    withoutEffect(
                            SECTION + ".dispatch_batches",
                            FLAG_OR_NULL,
                            "null",
                            "one process reads rows for all",
                            NO_LOADER),
                    withoutEffect(
                            SECTION + ".non_blocking",
                            FLAG,
                            "false",
                            "copies rows to a GPU while it computes",
                            NO_LOADER),
                    withoutEffect(
                            SECTION + ".use_configured_state",
                            FLAG,
                            "false",
                            "takes accelerate's state from the script",
                            "there is none"),
                    refused(
                            KWARGS + ".num_steps",
                            wholeOrNull(1),
                            "null",
                            "another place of gradient_accumulation_steps",
                            "use gradient_accumulation_steps"),
                    withoutEffect(
                            KWARGS + ".adjust_scheduler",
                            FLAG,
                            "true",
                            "counts micro-batches in accelerate's schedule",
                            "HF's Trainer moves its schedule itself"),
                    withoutEffect(
                            KWARGS + ".sync_with_dataloader",
                            FLAG,
                            "true",
                            "ends a step with the epoch",
                            OWN),
                    withoutEffect(
                            KWARGS + ".sync_each_batch",
                            FLAG,
                            "false",
                            "exchanges gradients after each micro-batch",
                            OWN));

    private static final KeyTable TABLE = new KeyTable(KEYS);

    private AcceleratorKeys() {}

    /** Notes every member that is not known or would change the result. */
    static void check(Setting setting, Problems problems) {
        List<Given> given = new ArrayList<>();
        object(setting, problems).ifPresent(object -> add(given, SECTION, object, setting));
        Settings.resolve(TABLE, given, problems);
    }

    private static Optional<JsonObject> object(Setting setting, Problems problems) {
        if (setting.value() instanceof JsonObject object) {
            return Optional.of(object);
        }
        if (!(setting.value() instanceof JsonText text)) {
            return Optional.empty();
        }
        if (!text.text().startsWith("{")) {
            problems.add(
                    setting.where(),
                    setting.inWords() + ", a path. Put the content of that file in its place");
            return Optional.empty();
        }
        try {
            return Optional.of(JsonReader.readObject(text.text().getBytes(UTF_8), setting.where()));
        } catch (UserException notJson) {
            problems.addAll(notJson);
            return Optional.empty();
        }
    }

    private static void add(List<Given> given, String prefix, JsonObject object, Setting setting) {
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
            String name = prefix + "." + member.getKey();
            if (name.equals(KWARGS) && member.getValue() instanceof JsonObject inner) {
                add(given, name, inner, setting);
            } else if (!(name.equals(KWARGS) && member.getValue() instanceof JsonNull)) {
                given.add(new Given(name, member.getValue(), at(member.getValue(), setting)));
            }
        }
    }

    private static Origin at(JsonValue value, Setting setting) {
        return setting.origin() instanceof Origin.File file
                ? new Origin.File(file.path(), value.line())
                : setting.origin();
    }
}
