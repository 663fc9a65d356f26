package shoal.recipe.deepspeed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import shoal.recipe.Problems;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Given;
import shoal.recipe.key.Key;
import shoal.recipe.key.NearestName;
import shoal.recipe.key.Origin;
import shoal.recipe.key.Settings;
import shoal.recipe.key.ValueType;

/** Reads a DeepSpeed file into settings whose names are paths with dots. */
final class DeepSpeedFile {
    /** Sections that may be null: DeepSpeed has a default for what is not there. */
    private static final Set<String> NULL_SECTIONS =
            Set.of(
                    "bf16",
                    "zero_optimization.offload_optimizer",
                    "zero_optimization.offload_param");

    private final String path;
    private final Problems problems;
    private final List<String> notices;
    private final List<Given> given = new ArrayList<>();

    private DeepSpeedFile(String path, Problems problems, List<String> notices) {
        this.path = path;
        this.problems = problems;
        this.notices = notices;
    }

    /** The settings of a file; what is wrong with it, and what is not read of it, is noted. */
    static Settings read(JsonObject root, String path, Problems problems, List<String> notices) {
        DeepSpeedFile file = new DeepSpeedFile(path, problems, notices);
        file.members("", root);
        return Settings.resolve(DeepSpeedKeys.TABLE, file.given, problems);
    }

    private void members(String prefix, JsonObject object) {
        for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
            member(prefix, member.getKey(), member.getValue());
        }
    }

    private void member(String prefix, String name, JsonValue value) {
        String at = prefix + name;
        boolean isSection = names().stream().anyMatch(each -> each.startsWith(at + "."));
        Optional<Key> key = DeepSpeedKeys.TABLE.find(at);
        if (key.isPresent()) {
            leaf(at, key.get(), value);
        } else if (isSection && value instanceof JsonObject section) {
            members(at + ".", section);
        } else if (isSection) {
            notAnObject(at, value);
        } else if (prefix.isEmpty() && nearest(prefix, name).isEmpty()) {
            notices.add(
                    path
                            + ":"
                            + value.line()
                            + ": "
                            + name
                            + " has no effect: DeepSpeed ignores a name at the top that it does"
                            + " not know");
        } else if (DeepSpeedKeys.TABLE.find(prefix + "*").isPresent()
                && nearest(prefix, name).isEmpty()) {
            given.add(new Given(prefix + "*", value, new Origin.File(path, value.line())));
        } else {
            unknown(prefix, name, value);
        }
    }

    private void notAnObject(String at, JsonValue value) {
        if (!(value instanceof JsonNull) || !NULL_SECTIONS.contains(at)) {
            String is = value instanceof JsonText ? "a text" : value.inWords();
            add(value.line(), at + " is " + is + ", expected an object {…}");
        }
    }

    private void leaf(String at, Key key, JsonValue value) {
        if (PythonValues.isTrap(at, key, value)) {
            add(
                    value.line(),
                    at
                            + " is "
                            + value.inWords()
                            + ", a text, which DeepSpeed takes for true. Write false without"
                            + " quotes");
            return;
        }
        if (ValueType.OrAuto.isAuto(value) && !key.type().admits(value)) {
            add(
                    value.line(),
                    at
                            + " is \"auto\", which neither HF nor accelerate fills. Give "
                            + key.type().expected()
                            + ", or remove it");
            return;
        }
        given.add(
                new Given(
                        at,
                        PythonValues.read(at, key, value),
                        new Origin.File(path, value.line())));
    }

    private void unknown(String prefix, String name, JsonValue value) {
        String near =
                nearest(prefix, name)
                        .map(sibling -> "; did you mean " + prefix + sibling + "?")
                        .orElse("; docs/arguments.md lists the names");
        add(value.line(), prefix + name + " is not known" + near);
    }

    /** The sibling that a name was probably meant to be. */
    private static Optional<String> nearest(String prefix, String name) {
        List<String> siblings = new ArrayList<>();
        for (String each : names()) {
            if (each.startsWith(prefix)) {
                siblings.add(each.substring(prefix.length()).replaceFirst("\\..*", ""));
            }
        }
        return NearestName.of(name, siblings);
    }

    private static List<String> names() {
        return DeepSpeedKeys.TABLE.names();
    }

    private void add(int line, String what) {
        problems.add(path + ":" + line, what);
    }
}
