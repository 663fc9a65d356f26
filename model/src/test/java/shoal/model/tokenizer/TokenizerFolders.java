package shoal.model.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import shoal.model.Golden;
import shoal.model.json.Json;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** The folders of golden/tokenizers.json.gz, whose form its script describes. */
final class TokenizerFolders {
    /**
     * One folder.
     *
     * @param files its texts by name, as indices
     * @param result where its ids are, if HF reads it
     * @param refused a word of the refusal, if HF reads it and Shoal does not
     * @param blame a word of the refusal, if HF does not read it
     */
    record Folder(
            int number,
            String name,
            Map<String, Integer> files,
            OptionalInt result,
            String side,
            String error,
            Optional<String> refused,
            Optional<String> blame) {}

    private final JsonObject json;
    private final List<String> texts;
    private final List<String> contents;
    private final List<Folder> folders;
    private final int[][][] ids;
    private final int[][] results;

    private TokenizerFolders(JsonObject json) {
        this.json = json;
        this.texts = texts(json, "texts");
        this.contents = texts(json, "contents");
        List<JsonValue> all = Json.items(json, "folders").orElseThrow();
        this.folders =
                IntStream.range(0, all.size())
                        .mapToObj(i -> folder(i, (JsonObject) all.get(i)))
                        .toList();
        this.ids =
                Json.items(json, "ids").orElseThrow().stream()
                        .map(each -> rows((JsonArray) each))
                        .toArray(int[][][]::new);
        this.results = rows((JsonArray) json.member("results").orElseThrow());
    }

    static TokenizerFolders read() throws IOException {
        try (InputStream packed = Files.newInputStream(Golden.path("tokenizers.json.gz"));
                InputStream plain = new GZIPInputStream(packed)) {
            return new TokenizerFolders(
                    JsonReader.readObject(plain.readAllBytes(), "tokenizers.json"));
        }
    }

    private static List<String> texts(JsonObject json, String key) {
        return Json.items(json, key).orElseThrow().stream()
                .map(each -> ((JsonText) each).text())
                .toList();
    }

    private static int[][] rows(JsonArray list) {
        return list.values().stream().map(each -> ints((JsonArray) each)).toArray(int[][]::new);
    }

    private static int[] ints(JsonArray list) {
        return list.values().stream()
                .mapToInt(each -> (int) Json.integer(each).orElseThrow())
                .toArray();
    }

    private static Folder folder(int number, JsonObject json) {
        Map<String, Integer> files = new LinkedHashMap<>();
        JsonObject named = Json.object(json, "files").orElseThrow();
        named.members()
                .forEach((name, at) -> files.put(name, (int) Json.integer(at).orElseThrow()));
        return new Folder(
                number,
                Json.text(json, "name").orElseThrow(),
                files,
                IntStream.of((int) Json.integer(json, "result").orElse(-1))
                        .filter(at -> at >= 0)
                        .findFirst(),
                Json.text(json, "side").orElse(""),
                Json.text(json, "error").orElse(""),
                Json.text(json, "refused"),
                Json.text(json, "blame"));
    }

    List<Folder> folders() {
        return folders;
    }

    List<String> texts() {
        return texts;
    }

    /** Keys of tokenizer_config.json that HF's source reads. */
    List<String> keys() {
        return texts(json, "keys");
    }

    /** The length at which HF's side of truncation was seen. */
    int shortLength() {
        return (int) Json.integer(json, "short").orElseThrow();
    }

    /** HF's ids of a text, uncut. */
    int[] ids(Folder folder, int text) {
        return ids[text][results[folder.result().orElseThrow()][text]];
    }

    /** Writes a folder out. */
    Path write(Folder folder, Path scratch) throws IOException {
        Path place = Files.createDirectories(scratch.resolve(String.valueOf(folder.number())));
        for (Map.Entry<String, Integer> file : folder.files().entrySet()) {
            Files.writeString(place.resolve(file.getKey()), contents.get(file.getValue()));
        }
        return place;
    }
}
