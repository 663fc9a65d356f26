package shoal.cli.predict;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import shoal.classifier.Prediction;
import shoal.model.dataset.TextRow;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * How a prediction is written, one line each.
 *
 * <pre>
 * jsonl  {"label":1,"name":"LABEL_1","score":0.98,"probabilities":[0.02,0.98],"text":"..."}
 * csv    label,name,score,probability_0,probability_1,text    with a header; quoted as RFC 4180 says
 * tsv    the same columns between tabs; in names and texts \\t, \\n, \\r and \\\\ stand for a tab,
 *        line ends and a backslash
 * </pre>
 *
 * <p>Where the rows have labels, {@code expected} comes before the text.
 */
public enum OutputFormat {
    JSONL,
    CSV,
    TSV;

    /** The lines before the first prediction: a header or nothing, line ends included. */
    public String header(int labels, boolean labelled) {
        List<String> names = new ArrayList<>(List.of("label", "name", "score"));
        for (int label = 0; label < labels; label++) {
            names.add("probability_" + label);
        }
        if (labelled) {
            names.add("expected");
        }
        names.add("text");
        return switch (this) {
            case JSONL -> "";
            case CSV -> String.join(",", names) + "\n";
            case TSV -> String.join("\t", names) + "\n";
        };
    }

    /**
     * The line of a prediction, with its line end.
     *
     * @param labelled whether the row's label is one, and is written too
     */
    public String line(TextRow row, Prediction prediction, boolean labelled) {
        requireNonNull(row, "row");
        return switch (this) {
            case JSONL -> json(row, prediction, labelled) + "\n";
            case CSV -> String.join(",", cells(row, prediction, labelled)) + "\n";
            case TSV -> String.join("\t", cells(row, prediction, labelled)) + "\n";
        };
    }

    private List<String> cells(TextRow row, Prediction prediction, boolean labelled) {
        List<String> cells = new ArrayList<>();
        cells.add(Integer.toString(prediction.label()));
        cells.add(cell(prediction.name()));
        cells.add(shown(prediction.score()));
        prediction.probabilities().forEach(each -> cells.add(shown(each)));
        if (labelled) {
            cells.add(Integer.toString(row.label()));
        }
        cells.add(cell(row.text()));
        return cells;
    }

    private String cell(String text) {
        if (this == TSV) {
            return text.replace("\\", "\\\\")
                    .replace("\t", "\\t")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r");
        }
        boolean plain = text.chars().noneMatch(each -> "\",\r\n".indexOf(each) >= 0);
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String json(TextRow row, Prediction prediction, boolean labelled) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("label", JsonNumber.of(prediction.label()));
        members.put("name", new JsonText(prediction.name(), 0));
        members.put("score", JsonNumber.of(rounded(prediction.score())));
        List<JsonValue> numbers = new ArrayList<>();
        prediction.probabilities().forEach(each -> numbers.add(JsonNumber.of(rounded(each))));
        members.put("probabilities", new JsonArray(numbers, 0));
        if (labelled) {
            members.put("expected", JsonNumber.of(row.label()));
        }
        members.put("text", new JsonText(row.text(), 0));
        return JsonWriter.compact(JsonObject.of(members));
    }

    private static String shown(double probability) {
        return String.format(Locale.ROOT, "%.6f", probability);
    }

    /** Six digits: what float logits are good for. */
    private static double rounded(double probability) {
        return Math.round(probability * 1e6) / 1e6;
    }
}
