package shoal.cli.render;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;
import shoal.recipe.key.Verdict;
import shoal.recipe.request.Explanation;

/** The keys of a run, as a list for people and as JSON for scripts. */
public final class KeyList {
    private static final String INDENT = "    ";

    private KeyList() {}

    /**
     * Name, value and origin of each key in columns, and below them what is done with it: first the
     * keys that somebody gave, then those at their defaults, each by dialect.
     */
    public static List<String> text(List<Explanation.Line> keys) {
        List<String> text = new ArrayList<>();
        for (boolean given : new boolean[] {true, false}) {
            Map<String, List<Explanation.Line>> byDialect = new LinkedHashMap<>();
            keys.stream()
                    .filter(key -> key.given() == given)
                    .forEach(
                            key ->
                                    byDialect
                                            .computeIfAbsent(
                                                    key.dialect(), dialect -> new ArrayList<>())
                                            .add(key));
            byDialect.forEach(
                    (dialect, lines) -> {
                        if (!text.isEmpty()) {
                            text.add("");
                        }
                        text.addAll(section(dialect, given, lines));
                    });
        }
        return text;
    }

    private static List<String> section(
            String dialect, boolean given, List<Explanation.Line> keys) {
        List<Table.Row> rows = new ArrayList<>();
        for (Explanation.Line key : keys) {
            rows.add(Table.Row.of(key.name(), onOneLine(key.value()), onOneLine(key.origin())));
        }
        List<String> aligned = Table.aligned(rows);
        List<String> text = new ArrayList<>();
        text.add("# " + dialect + (given ? ": given" : ": not given"));
        text.add("");
        for (int i = 0; i < keys.size(); i++) {
            text.add(aligned.get(i));
            text.add(INDENT + upstream(keys.get(i)));
            text.add(INDENT + here(keys.get(i)));
        }
        return text;
    }

    private static String upstream(Explanation.Line key) {
        // Shoal's own keys: what there is of the kind elsewhere.
        String who = key.dialect().equals("Shoal") ? "elsewhere" : key.dialect();
        return who + ": " + key.upstream();
    }

    private static String here(Explanation.Line key) {
        if (key.verdict().equals(Verdict.WITHOUT_EFFECT.words())) {
            return "Shoal: no effect: " + key.here();
        }
        if (key.verdict().equals(Verdict.REFUSED.words())) {
            return "Shoal: other values are refused: " + key.here();
        }
        return "Shoal: " + key.here();
    }

    /** A text of a file may hold anything, also what moves a terminal's cursor. */
    private static String onOneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /** An array of objects: dialect, name, value, origin, given, verdict, upstream, here. */
    public static String json(List<Explanation.Line> keys) {
        List<JsonValue> array = new ArrayList<>();
        for (Explanation.Line key : keys) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            members.put("dialect", new JsonText(key.dialect(), 0));
            members.put("name", new JsonText(key.name(), 0));
            members.put("value", new JsonText(key.value(), 0));
            members.put("origin", new JsonText(key.origin(), 0));
            members.put("given", JsonBoolean.of(key.given()));
            members.put("verdict", new JsonText(key.verdict(), 0));
            members.put("upstream", new JsonText(key.upstream(), 0));
            members.put("here", new JsonText(key.here(), 0));
            array.add(JsonObject.of(members));
        }
        return JsonWriter.indented(new JsonArray(array, 0));
    }
}
