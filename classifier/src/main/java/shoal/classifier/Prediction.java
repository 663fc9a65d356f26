package shoal.classifier;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import shoal.recipe.Require;

/**
 * What a model says of one text.
 *
 * @param label the class of the largest probability, the first one of equals; counts from 0
 * @param name of that class: config.json's id2label, else {@code LABEL_0} and so on, as HF
 * @param probabilities of each class by its index; their sum is 1
 */
public record Prediction(int label, String name, List<Double> probabilities) {
    public Prediction {
        requireNonNull(name, "name");
        probabilities = List.copyOf(probabilities);
        Require.range("label", label, 0, probabilities.size() - 1);
    }

    /** The probability of {@link #label}: what HF's pipeline calls the score. */
    public double score() {
        return probabilities.get(label);
    }

    /** Softmax of logits (in double: its error is below what a float logit holds). */
    static Prediction of(float[] logits, List<String> names) {
        int label = 0;
        for (int i = 1; i < logits.length; i++) {
            label = logits[i] > logits[label] ? i : label;
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - logits[label]);
        }
        List<Double> probabilities = new ArrayList<>(logits.length);
        for (float logit : logits) {
            probabilities.add(Math.exp((double) logit - logits[label]) / sum);
        }
        return new Prediction(label, names.get(label), probabilities);
    }
}
