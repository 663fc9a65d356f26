package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import shoal.engine.RowInput;
import shoal.model.GptConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What HF (transformers 4.57.6, torch 2.7.1) computed of one ragged batch.
 *
 * @param json ids, labels, logits, losses
 */
record GoldenCase(
        GptConfig config,
        JsonNode json,
        double smoothing,
        double loss,
        Map<String, float[]> weights,
        Map<String, float[]> gradients) {

    /** The project's own case: {@code engine/src/test/scripts/golden_tiny.py}. */
    static GoldenCase own() throws IOException {
        JsonNode json = JsonMapper.shared().readTree(resource("golden.json"));
        return new GoldenCase(
                new GptConfig(50, 32, 16, 2, 2, 24, 3, 0, 1e-4, 0.02, 0, 0, 0),
                json,
                json.get("smoothing").asDouble(),
                json.get("smoothed_loss").asDouble(),
                TensorFile.read(resource("weights.safetensors")),
                TensorFile.read(resource("gradients.safetensors")));
    }

    /** The case beside the project; skips the test where it is absent. */
    static GoldenCase shared() throws IOException {
        Path json = Fixtures.shared("golden/forward-backward.json");
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(json));
        return new GoldenCase(
                new GptConfig(21128, 1024, 64, 2, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0),
                golden,
                0,
                golden.get("loss").asDouble(),
                TensorFile.read(Fixtures.shared("golden/gpt2-tiny/model.safetensors")),
                TensorFile.read(Fixtures.shared("golden/forward-backward.grads.safetensors")));
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream stream = GoldenCase.class.getResourceAsStream("golden/" + name)) {
            return requireNonNull(stream, name).readAllBytes();
        }
    }

    /** Rows with HF's weight: one over their number. */
    List<RowInput> rows() {
        List<RowInput> rows = new ArrayList<>();
        JsonNode all = json.get("input_ids");
        for (int row = 0; row < all.size(); row++) {
            int[] ids = new int[all.get(row).size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = all.get(row).get(i).asInt();
            }
            int label = json.get("labels").get(row).asInt();
            rows.add(new RowInput(row, ids, label, 1.0 / all.size()));
        }
        return rows;
    }

    double logit(int row, int label) {
        return json.get("logits").get(row).get(label).asDouble();
    }

    float[] gradient(String name) {
        return requireNonNull(gradients.get(name), name);
    }
}
