package shoal.classifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A copy of the bundled model: 2 layers x 128, 256 positions, 2 classes. */
record ModelCopy(Path folder) {
    static final Path BUNDLED = Path.of(System.getProperty("shoal.root")).resolve("data/model");

    private static final Pattern SCORE =
            Pattern.compile(
                    ",?\"score\\.weight\":\\{\"dtype\":\"F32\",\"shape\":\\[2,128\\],"
                            + "\"data_offsets\":\\[(\\d+),(\\d+)\\]\\}");

    static ModelCopy in(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name :
                List.of("config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json")) {
            Files.copy(BUNDLED.resolve(name), folder.resolve(name));
        }
        return new ModelCopy(folder);
    }

    /** Adds a member to config.json. */
    ModelCopy with(String member) throws IOException {
        Path config = folder.resolve("config.json");
        String text = Files.readString(config);
        Files.writeString(config, text.replaceFirst("\\{", "{" + member + ","));
        return this;
    }

    /** Keeps the first rows of the score head only; without any, there is no head. */
    ModelCopy withHeadOf(int rows) throws IOException {
        Path file = folder.resolve("model.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = (int) bytes.getLong();
        String header = new String(bytes.array(), Long.BYTES, headerBytes, UTF_8);
        Matcher score = SCORE.matcher(header);
        if (!score.find()
                || headerBytes + Long.BYTES + Integer.parseInt(score.group(2))
                        != bytes.capacity()) {
            throw new IllegalStateException("the bundled model's head is not its last tensor");
        }
        int start = Integer.parseInt(score.group(1));
        int dataBytes = start + rows * 128 * Float.BYTES;
        String entry =
                ",\"score.weight\":{\"dtype\":\"F32\",\"shape\":[%d,128],\"data_offsets\":[%d,%d]}"
                        .formatted(rows, start, dataBytes);
        String changed = score.replaceFirst(rows == 0 ? "" : entry);
        changed += " ".repeat(headerBytes - changed.length());
        ByteBuffer shorter =
                ByteBuffer.allocate(Long.BYTES + headerBytes + dataBytes)
                        .order(ByteOrder.LITTLE_ENDIAN);
        shorter.putLong(headerBytes).put(changed.getBytes(UTF_8));
        shorter.put(bytes.array(), Long.BYTES + headerBytes, dataBytes);
        Files.write(file, shorter.array());
        return this;
    }
}
