package shoal.model.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import shoal.model.json.Json;
import shoal.model.json.PythonText;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;

/**
 * GPT-2's byte-level BPE from vocab.json and merges.txt, as HF's GPT2Tokenizer reads them and its
 * GPT2Converter builds it (transformers 4.57.6, tokenization_gpt2.py, convert_slow_tokenizer.py).
 */
final class BytePairTokenizer {
    private BytePairTokenizer() {}

    static JsonObject of(TokenizerFiles files, TokenizerSettings settings) {
        JsonObject vocabulary =
                Json.readObject(
                        files.path(TokenizerFiles.BYTE_PAIRS),
                        files.shown(TokenizerFiles.BYTE_PAIRS));
        checkIds(vocabulary, files.shown(TokenizerFiles.BYTE_PAIRS));
        boolean prefixSpace =
                settings.prefixSpace()
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                files.shown(TokenizerFiles.CONFIG),
                                                "add_prefix_space is no truth value: HF fails on"
                                                        + " it. Set it to true or false."));
        JsonArray merges = merges(files, vocabulary);
        return TokenizerForm.start()
                .put("pre_tokenizer", byteLevel(prefixSpace, true))
                .put("post_processor", byteLevel(true, false))
                .put("decoder", byteLevel(true, true))
                .put("model", model(vocabulary, merges))
                .object();
    }

    private static void checkIds(JsonObject vocabulary, String shownFile) {
        vocabulary
                .members()
                .forEach(
                        (token, id) -> {
                            if (Json.integer(id).orElse(-1) < 0) {
                                throw new UserException(
                                        shownFile + ":" + id.line(),
                                        String.format(
                                                "the token \"%s\" has the id %s, expected a whole"
                                                        + " number from 0.",
                                                token, id.inWords()));
                            }
                        });
    }

    /**
     * HF drops the first line, whatever it says, and what follows the last line end. A merge that
     * stands twice counts where it stands first.
     */
    private static JsonArray merges(TokenizerFiles files, JsonObject vocabulary) {
        String shownFile = files.shown(TokenizerFiles.MERGES);
        List<String> lines = VocabularyText.pieces(files.path(TokenizerFiles.MERGES), shownFile);
        Set<List<String>> merges = new LinkedHashSet<>();
        for (int i = 1; i < lines.size() - 1; i++) {
            List<String> pair = PythonText.split(lines.get(i));
            if (pair.size() != 2) {
                throw new UserException(
                        shownFile + ":" + (i + 1), "expected two tokens with one space between.");
            }
            for (String token : List.of(pair.get(0), pair.get(1), pair.get(0) + pair.get(1))) {
                if (vocabulary.member(token).isEmpty()) {
                    throw new UserException(
                            shownFile + ":" + (i + 1),
                            String.format(
                                    "merges to \"%s\", but vocab.json has no token \"%s\". The two"
                                            + " files do not belong together.",
                                    pair.get(0) + pair.get(1), token));
                }
            }
            merges.add(pair);
        }
        List<JsonValue> values = new ArrayList<>();
        merges.forEach(pair -> values.add(Json.texts(pair)));
        return JsonArray.of(values);
    }

    private static JsonObject byteLevel(boolean prefixSpace, boolean trimOffsets) {
        return TokenizerForm.type("ByteLevel")
                .flag("add_prefix_space", prefixSpace)
                .flag("trim_offsets", trimOffsets)
                .flag("use_regex", true)
                .object();
    }

    private static JsonObject model(JsonObject vocabulary, JsonArray merges) {
        return TokenizerForm.type("BPE")
                .nothing("dropout")
                .nothing("unk_token")
                .text("continuing_subword_prefix", "")
                .text("end_of_word_suffix", "")
                .flag("fuse_unk", false)
                .put("vocab", vocabulary)
                .put("merges", merges)
                .object();
    }
}
