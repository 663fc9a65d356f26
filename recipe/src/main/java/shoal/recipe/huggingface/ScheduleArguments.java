package shoal.recipe.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import shoal.recipe.Problems;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.NearestName;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Types;
import shoal.recipe.key.ValueType;

/** The members of lr_scheduler_kwargs, each asked for by the schedule that takes it. */
final class ScheduleArguments {
    /** What every schedule of HF's takes besides its own: the step it starts after. */
    private static final String LAST_EPOCH = "last_epoch";

    private static final int UNSTARTED = -1;

    private final Setting setting;
    private final Problems problems;
    private final JsonObject object;
    private final Set<String> asked = new LinkedHashSet<>();

    ScheduleArguments(Setting setting, Problems problems) {
        this.setting = setting;
        this.problems = problems;
        this.object = object(setting, problems);
    }

    /** An object; as a flag, HF takes a text that starts with a brace for one. */
    private static JsonObject object(Setting setting, Problems problems) {
        JsonValue value = setting.value();
        if (value instanceof JsonText text) {
            try {
                return JsonReader.readObject(
                        text.text().getBytes(StandardCharsets.UTF_8), setting.where());
            } catch (UserException notJson) {
                problems.addAll(notJson);
            }
        }
        return value instanceof JsonObject object ? object : JsonObject.of(Map.of());
    }

    double number(String name, double least, double most, double otherwise) {
        return member(name, Types.number(least, most))
                .map(value -> ((JsonNumber) value).decimal())
                .orElse(otherwise);
    }

    long whole(String name, long otherwise) {
        return whole(name, 0, otherwise);
    }

    private long whole(String name, int least, long otherwise) {
        return member(name, Types.whole(least))
                .map(value -> ((JsonNumber) value).integer().orElseThrow())
                .orElse(otherwise);
    }

    String word(String name, List<String> words, String otherwise) {
        return member(name, new ValueType.OneOf(words))
                .map(value -> ((JsonText) value).text())
                .orElse(otherwise);
    }

    /** Notes a problem with the whole. */
    void refuse(String sentence) {
        problems.add(setting.where(), "lr_scheduler_kwargs " + sentence);
    }

    /** Notes every member that the schedule did not ask for. */
    void refuseOthers() {
        if (whole(LAST_EPOCH, UNSTARTED, UNSTARTED) != UNSTARTED) {
            refuse("has " + LAST_EPOCH + ", but a run knows its step. Remove it");
        }
        for (String name : object.members().keySet()) {
            if (!asked.contains(name)) {
                String near =
                        NearestName.of(name, asked)
                                .map(each -> "; did you mean " + each + "?")
                                .orElse("");
                refuse("has " + name + ", which this schedule does not take" + near);
            }
        }
    }

    private Optional<JsonValue> member(String name, ValueType type) {
        asked.add(name);
        Optional<JsonValue> value = object.member(name);
        if (value.isEmpty() || value.get() instanceof JsonNull) {
            return Optional.empty();
        }
        if (!type.admits(value.get())) {
            refuse("has " + name + " " + value.get().inWords() + ", expected " + type.expected());
            return Optional.empty();
        }
        return value;
    }
}
