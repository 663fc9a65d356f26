package shoal.model.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import shoal.model.json.Json;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;

/**
 * GPT-2's byte-level BPE from vocab.json and merges.txt, as HF's GPT2Converter builds it
 * (transformers 4.57.6, convert_slow_tokenizer.py).
 */
final class BytePairTokenizer {
    private static final String END_OF_TEXT = "<|endoftext|>";

    private BytePairTokenizer() {}

    static JsonObject of(Path folder, String shownName, TokenizerConfig config) {
        JsonObject vocabulary =
                Json.readObject(folder.resolve("vocab.json"), shownName + "/vocab.json");
        List<String> special =
                List.of(
                        config.token("unk_token", END_OF_TEXT),
                        config.token("bos_token", END_OF_TEXT),
                        config.token("eos_token", END_OF_TEXT),
                        config.padToken());
        return TokenizerForm.start(TokenizerForm.addedTokens(vocabulary, special, config))
                .put("pre_tokenizer", byteLevel(config.prefixSpace().orElse(false), true))
                .put("post_processor", byteLevel(true, false))
                .put("decoder", byteLevel(true, true))
                .put("model", model(vocabulary, merges(folder, shownName + "/merges.txt")))
                .object();
    }

    /** The first line may be "#version: 0.2"; the others are two tokens with a space between. */
    private static JsonArray merges(Path folder, String shownName) {
        List<String> lines = VocabularyText.lines(folder.resolve("merges.txt"), shownName);
        List<String> merges = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() || (i == 0 && line.startsWith("#version"))) {
                continue;
            }
            if (line.chars().filter(character -> character == ' ').count() != 1) {
                throw new UserException(
                        shownName + ":" + (i + 1), "expected two tokens with one space between.");
            }
            merges.add(line);
        }
        return Json.texts(merges);
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
