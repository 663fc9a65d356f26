package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import shoal.model.json.Json;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * One folder's tokenizer in the form that HF's tokenizers library reads, without truncation and
 * padding, and what its configuration says besides.
 *
 * @param shownFile the file that decided, for messages
 * @param text a tokenizer.json
 * @param padTokenId id of the padding token, if there is one
 * @param modelMaxLength tokens, if bounded
 * @param keepsEnd truncation_side is left: a long text loses its start
 */
record TokenizerJson(
        String shownFile,
        String text,
        OptionalInt padTokenId,
        OptionalInt modelMaxLength,
        boolean keepsEnd) {
    TokenizerJson {
        requireNonNull(shownFile, "shownFile");
        requireNonNull(text, "text");
        requireNonNull(padTokenId, "padTokenId");
        requireNonNull(modelMaxLength, "modelMaxLength");
    }

    /** HF's order: tokenizer.json, then the files of the slow tokenizers. */
    static TokenizerJson read(Path folder, String shownName) {
        TokenizerConfig config = TokenizerConfig.read(folder, shownName);
        if (Files.exists(folder.resolve("tokenizer.json"))) {
            String shown = shownName + "/tokenizer.json";
            JsonObject given = Json.readObject(folder.resolve("tokenizer.json"), shown);
            return of(shown, ReadyTokenizer.adapted(given, config), config);
        }
        if (Files.exists(folder.resolve("vocab.txt"))) {
            String shown = shownName + "/vocab.txt";
            return of(shown, WordPieceTokenizer.of(folder, shown, config), config);
        }
        if (Files.exists(folder.resolve("vocab.json"))
                && Files.exists(folder.resolve("merges.txt"))) {
            String shown = shownName + "/vocab.json";
            return of(shown, BytePairTokenizer.of(folder, shownName, config), config);
        }
        throw new UserException(
                shownName,
                "The folder has no tokenizer: expected tokenizer.json, vocab.txt, or vocab.json"
                        + " with merges.txt. Copy the files that the model was trained with.");
    }

    private static TokenizerJson of(String shownFile, JsonObject json, TokenizerConfig config) {
        return new TokenizerJson(
                shownFile,
                JsonWriter.compact(json),
                idOf(json, config.padToken()),
                config.modelMaxLength(),
                config.keepsEnd());
    }

    /** Added tokens win over the vocabulary of the same text, as in HF's library. */
    private static OptionalInt idOf(JsonObject json, String token) {
        OptionalLong added = addedId(json, token);
        OptionalLong id = added.isPresent() ? added : vocabularyId(json, token);
        return id.isPresent() ? OptionalInt.of((int) id.getAsLong()) : OptionalInt.empty();
    }

    private static OptionalLong addedId(JsonObject json, String token) {
        for (JsonValue item : Json.items(json, "added_tokens").orElse(List.of())) {
            if (item instanceof JsonObject entry
                    && Json.text(entry, "content").equals(Optional.of(token))) {
                return Json.integer(entry, "id");
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong vocabularyId(JsonObject json, String token) {
        return Json.object(json, "model")
                .flatMap(model -> Json.object(model, "vocab"))
                .map(vocabulary -> Json.integer(vocabulary, token))
                .orElse(OptionalLong.empty());
    }
}
