package shoal.coordinator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.safetensors.SafetensorsLayout;

/** A model folder of a few kilobytes: real files, weights that say where they lie. */
public final class TinyModel {
    public static final GptConfig CONFIG =
            new GptConfig(11, 16, 4, 1, 2, 16, 2, 0, 1e-5, 0.02, 0, 0, 0);

    private TinyModel() {}

    public static ParameterTable table() {
        return ParameterTable.of(CONFIG);
    }

    /** Writes config.json, vocab.txt and model.safetensors. */
    public static Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("config.json"),
                """
                {
                  "model_type": "gpt2",
                  "vocab_size": 11, "n_positions": 16, "n_embd": 4, "n_layer": 1, "n_head": 2,
                  "num_labels": 2, "pad_token_id": 0,
                  "attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0
                }
                """);
        Files.writeString(
                folder.resolve("vocab.txt"),
                "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\ne\nf\n");
        Files.write(folder.resolve("model.safetensors"), weights(0));
        return folder;
    }

    /** The bytes of a model.safetensors whose element i of a parameter is {@code add + i}. */
    public static byte[] weights(int add) {
        SafetensorsLayout layout = SafetensorsLayout.of(table());
        ByteBuffer file =
                ByteBuffer.allocate(Math.toIntExact(layout.sizeBytes()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        file.put(layout.headerBytes());
        for (Parameter parameter : table().parameters()) {
            file.position(Math.toIntExact(layout.positionBytes(parameter.name())));
            file.put(values(parameter, add));
        }
        return file.array();
    }

    /** Little-endian fp32 of a whole parameter. */
    public static ByteBuffer values(Parameter parameter, int add) {
        int elements = Math.toIntExact(parameter.sizeElements());
        ByteBuffer values =
                ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            values.putFloat(add + i);
        }
        return values.flip();
    }
}
