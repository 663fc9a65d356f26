package shoal.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An untrained GPT-2 classifier as HF would make it: weights N(0, 0.02), those of c_proj divided by
 * sqrt(2 x layers), biases 0, LayerNorm 1 and 0 (transformers 4.57.6, {@code
 * GPT2PreTrainedModel._init_weights}).
 */
final class SampleModel {
    private static final int HIDDEN = 128;
    private static final int LAYERS = 2;
    private static final int HEADS = 4;
    private static final int POSITIONS = 256;
    private static final int LABELS = 2;
    private static final double INITIALIZER_RANGE = 0.02;
    private static final long SEED = 42;

    private final List<String> vocabulary;

    SampleModel(List<String> vocabulary) {
        this.vocabulary = List.copyOf(vocabulary);
    }

    void writeInto(Path folder) throws IOException {
        writeText(folder.resolve("vocab.txt"), String.join("\n", vocabulary) + "\n");
        writeText(folder.resolve("config.json"), config());
        writeText(folder.resolve("tokenizer_config.json"), tokenizerConfig());
        Files.write(folder.resolve("model.safetensors"), safetensors());
    }

    private static void writeText(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(UTF_8));
    }

    private String config() {
        return """
                {
                  "architectures": ["GPT2ForSequenceClassification"],
                  "model_type": "gpt2",
                  "vocab_size": %d,
                  "n_positions": %d,
                  "n_embd": %d,
                  "n_layer": %d,
                  "n_head": %d,
                  "n_inner": null,
                  "activation_function": "gelu_new",
                  "layer_norm_epsilon": 1e-05,
                  "initializer_range": %s,
                  "embd_pdrop": 0.1,
                  "attn_pdrop": 0.1,
                  "resid_pdrop": 0.1,
                  "bos_token_id": null,
                  "eos_token_id": null,
                  "pad_token_id": 0,
                  "dtype": "float32",
                  "transformers_version": "4.57.6"
                }
                """
                .formatted(vocabulary.size(), POSITIONS, HIDDEN, LAYERS, HEADS, INITIALIZER_RANGE);
    }

    private static String tokenizerConfig() {
        return """
                {
                  "do_lower_case": true,
                  "model_max_length": %d,
                  "tokenizer_class": "BertTokenizer"
                }
                """
                .formatted(POSITIONS);
    }

    private enum Fill {
        WEIGHT,
        PROJECTION,
        ZERO,
        ONE
    }

    private record Tensor(String name, Fill fill, int rows, int columns) {
        int elements() {
            return rows * columns;
        }

        /** Vectors have one row. */
        String shape() {
            return rows == 1 ? "[" + columns + "]" : "[" + rows + "," + columns + "]";
        }
    }

    private List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(new Tensor("transformer.wte.weight", Fill.WEIGHT, vocabulary.size(), HIDDEN));
        tensors.add(new Tensor("transformer.wpe.weight", Fill.WEIGHT, POSITIONS, HIDDEN));
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "transformer.h." + layer + ".";
            addNorm(tensors, prefix + "ln_1");
            addLinear(tensors, prefix + "attn.c_attn", Fill.WEIGHT, HIDDEN, 3 * HIDDEN);
            addLinear(tensors, prefix + "attn.c_proj", Fill.PROJECTION, HIDDEN, HIDDEN);
            addNorm(tensors, prefix + "ln_2");
            addLinear(tensors, prefix + "mlp.c_fc", Fill.WEIGHT, HIDDEN, 4 * HIDDEN);
            addLinear(tensors, prefix + "mlp.c_proj", Fill.PROJECTION, 4 * HIDDEN, HIDDEN);
        }
        addNorm(tensors, "transformer.ln_f");
        tensors.add(new Tensor("score.weight", Fill.WEIGHT, LABELS, HIDDEN));
        return tensors;
    }

    private static void addNorm(List<Tensor> tensors, String name) {
        tensors.add(new Tensor(name + ".weight", Fill.ONE, 1, HIDDEN));
        tensors.add(new Tensor(name + ".bias", Fill.ZERO, 1, HIDDEN));
    }

    /** HF's Conv1D: the weight is [inputs, outputs]. */
    private static void addLinear(
            List<Tensor> tensors, String name, Fill fill, int inputs, int outputs) {
        tensors.add(new Tensor(name + ".weight", fill, inputs, outputs));
        tensors.add(new Tensor(name + ".bias", Fill.ZERO, 1, outputs));
    }

    /**
     * Length of the header (u64, little-endian), the header as JSON, padded with spaces to 8 bytes,
     * the elements.
     */
    private byte[] safetensors() {
        List<Tensor> tensors = tensors();
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        int position = 0;
        for (Tensor tensor : tensors) {
            int end = position + tensor.elements() * Float.BYTES;
            header.append(
                    ",\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(tensor.name(), tensor.shape(), position, end));
            position = end;
        }
        header.append("}");
        while (header.length() % Long.BYTES != 0) {
            header.append(' ');
        }
        ByteBuffer file =
                ByteBuffer.allocate(Long.BYTES + header.length() + position)
                        .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length()).put(header.toString().getBytes(UTF_8));
        Random random = new Random(SEED);
        tensors.forEach(tensor -> fill(file, tensor, random));
        return file.array();
    }

    /**
     * {@link Random#nextGaussian} is specified by its algorithm and uses StrictMath: the same bits
     * everywhere.
     */
    private static void fill(ByteBuffer file, Tensor tensor, Random random) {
        for (int element = 0; element < tensor.elements(); element++) {
            double value =
                    switch (tensor.fill()) {
                        case WEIGHT -> random.nextGaussian() * INITIALIZER_RANGE;
                        case PROJECTION ->
                                random.nextGaussian()
                                        * (INITIALIZER_RANGE / StrictMath.sqrt(2.0 * LAYERS));
                        case ZERO -> 0;
                        case ONE -> 1;
                    };
            file.putFloat((float) value);
        }
    }
}
