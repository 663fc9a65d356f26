package shoal.model.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shoal.model.json.Json;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;

/**
 * The files of a model folder that say what its tokenizer is.
 *
 * @param shownName the folder as the user wrote it
 * @param more texts of JSON files as if they were in the folder, by name
 */
record TokenizerFiles(Path folder, String shownName, Map<String, String> more) {
    static final String READY = "tokenizer.json";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL = "special_tokens_map.json";
    static final String ADDED = "added_tokens.json";
    static final String WORDS = "vocab.txt";
    static final String BYTE_PAIRS = "vocab.json";
    static final String MERGES = "merges.txt";

    /** Where HF finds one of these and no tokenizer.json, it reads it as the vocabulary. */
    private static final Pattern OTHER_FORMS =
            Pattern.compile("tekken\\.json|tokenizer\\.model\\.*");

    TokenizerFiles {
        requireNonNull(folder, "folder");
        requireNonNull(shownName, "shownName");
        more = Map.copyOf(more);
    }

    static TokenizerFiles of(Path folder, String shownName) {
        return new TokenizerFiles(folder, shownName, Map.of());
    }

    /** The folder as it would be with this JSON file. */
    TokenizerFiles with(String name, String text) {
        Map<String, String> all = new HashMap<>(more);
        all.put(name, text);
        return new TokenizerFiles(folder, shownName, all);
    }

    boolean has(String name) {
        return more.containsKey(name) || Files.isRegularFile(folder.resolve(name));
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** A file as messages name it. */
    String shown(String name) {
        return shownName + "/" + name;
    }

    /** A JSON file that Python wrote, if it is there. */
    Optional<JsonObject> json(String name) {
        String text = more.get(name);
        if (text != null) {
            return Optional.of(JsonReader.readPythonsObject(text.getBytes(UTF_8), shown(name)));
        }
        return has(name)
                ? Optional.of(Json.readPythonsObject(path(name), shown(name)))
                : Optional.empty();
    }

    /**
     * The name of a SentencePiece or Mistral vocabulary that HF would read in place of vocab.json
     * or vocab.txt (transformers 4.57.6, tokenization_utils_base.py, from_pretrained).
     */
    Optional<String> otherForm() {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
            return names.stream().anyMatch(name -> name.contains(READY))
                    ? Optional.empty()
                    : names.stream().filter(name -> OTHER_FORMS.matcher(name).find()).findFirst();
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be listed: " + unreadable);
        }
    }
}
