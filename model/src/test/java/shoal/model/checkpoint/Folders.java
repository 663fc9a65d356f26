package shoal.model.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import shoal.model.Golden;

/** Model folders for tests. */
final class Folders {
    private Folders() {}

    /** The small classifier's config.json and weights with the small vocabulary. */
    static Path classifier(Path folder) {
        copy("classifier/config.json", folder.resolve("config.json"));
        copy("classifier/model.safetensors", folder.resolve("model.safetensors"));
        copy("wordpiece/vocab.txt", folder.resolve("vocab.txt"));
        return folder;
    }

    /** The small language model with weights under the name of a kind of file. */
    static Path language(Path folder, String weights, String name) {
        copy("language/config.json", folder.resolve("config.json"));
        copy("language/" + weights, folder.resolve(name));
        copy("wordpiece/vocab.txt", folder.resolve("vocab.txt"));
        return folder;
    }

    static void copy(String golden, Path to) {
        try {
            Files.copy(Golden.path(golden), to);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** config.json with one text replaced. */
    static void edit(Path folder, String from, String to) {
        Path file = folder.resolve("config.json");
        try {
            String text = Files.readString(file);
            if (!text.contains(from)) {
                throw new IllegalArgumentException("config.json has no " + from);
            }
            Files.writeString(file, text.replace(from, to));
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** All weights by parameter name. */
    static Map<String, float[]> load(ModelFolder folder, long seed) {
        Map<String, float[]> all = new LinkedHashMap<>();
        folder.loadInto(
                (parameter, offset, values) -> {
                    float[] whole =
                            all.computeIfAbsent(
                                    parameter.name(),
                                    name -> new float[(int) parameter.sizeElements()]);
                    ByteBuffer little = values.order(ByteOrder.LITTLE_ENDIAN);
                    little.asFloatBuffer().get(whole, (int) offset, little.remaining() / 4);
                },
                seed);
        return all;
    }
}
