package shoal.cli.predict;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.model.dataset.TextRow;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * What a model says of one text.
 *
 * @param row the text, with the label that its file gives it
 * @param label the class of the largest probability
 * @param probabilities of each class; their sum is 1
 */
public record Prediction(TextRow row, int label, List<Double> probabilities) {
    public Prediction {
        requireNonNull(row, "row");
        probabilities = List.copyOf(probabilities);
    }

    /** Softmax of logits (in double: its error is below what a float logit holds). */
    static Prediction of(TextRow row, int label, float[] logits) {
        double largest = logits[label];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        List<Double> probabilities = new ArrayList<>(logits.length);
        for (float logit : logits) {
            probabilities.add(Math.exp(logit - largest) / sum);
        }
        return new Prediction(row, label, probabilities);
    }

    /**
     * One line of JSON.
     *
     * @param withExpected adds the label that the file gives the row
     */
    public String json(boolean withExpected) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("label", JsonNumber.of(label));
        List<JsonValue> numbers = new ArrayList<>();
        probabilities.forEach(each -> numbers.add(JsonNumber.of(rounded(each))));
        members.put("probabilities", new JsonArray(numbers, 0));
        if (withExpected) {
            members.put("expected", JsonNumber.of(row.label()));
        }
        members.put("text", new JsonText(row.text(), 0));
        return JsonWriter.compact(JsonObject.of(members));
    }

    /** Six digits: what float logits are good for. */
    private static double rounded(double probability) {
        return Math.round(probability * 1e6) / 1e6;
    }
}
