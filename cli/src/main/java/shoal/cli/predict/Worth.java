package shoal.cli.predict;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import shoal.plan.metric.Classification;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * What predictions of labelled rows are worth, in the figures of an evaluation in training.
 *
 * @param rows how many
 */
public record Worth(int rows, Classification figures) {
    public Worth {
        requireNonNull(figures, "figures");
    }

    /** For people: {@code 400 rows: accuracy 0.9575, precision 0.9397, ...}. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "%d %s: accuracy %.4f, precision %.4f, recall %.4f, f1 %.4f",
                rows,
                rows == 1 ? "row" : "rows",
                figures.accuracy(),
                figures.precision(),
                figures.recall(),
                figures.f1());
    }

    /** For scripts: one object of rows, accuracy, precision, recall, f1. */
    public String json() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("rows", JsonNumber.of(rows));
        members.put("accuracy", JsonNumber.of(figures.accuracy()));
        members.put("precision", JsonNumber.of(figures.precision()));
        members.put("recall", JsonNumber.of(figures.recall()));
        members.put("f1", JsonNumber.of(figures.f1()));
        return JsonWriter.compact(JsonObject.of(members)) + "\n";
    }
}
