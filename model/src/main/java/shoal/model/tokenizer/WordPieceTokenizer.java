package shoal.model.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;

/**
 * BERT's tokenizer from vocab.txt, as HF's BertConverter builds it (transformers 4.57.6,
 * convert_slow_tokenizer.py): one token per line, its id the line counted from 0.
 */
final class WordPieceTokenizer {
    private WordPieceTokenizer() {}

    static JsonObject of(Path folder, String shownName, TokenizerConfig config) {
        JsonObject vocabulary = vocabulary(folder, shownName);
        String unknown = config.token("unk_token", "[UNK]");
        if (vocabulary.member(unknown).isEmpty()) {
            throw new UserException(
                    shownName,
                    String.format(
                            "has %d tokens, but not \"%s\", which stands for unknown words. Use the"
                                    + " vocab.txt that the model was trained with, one token per"
                                    + " line.",
                            vocabulary.members().size(), unknown));
        }
        List<String> special =
                List.of(
                        config.padToken(),
                        unknown,
                        config.token("cls_token", "[CLS]"),
                        config.token("sep_token", "[SEP]"),
                        config.token("mask_token", "[MASK]"));
        return TokenizerForm.start(TokenizerForm.addedTokens(vocabulary, special, config))
                .put("normalizer", normalizer(config))
                .put("pre_tokenizer", TokenizerForm.type("BertPreTokenizer").object())
                .put("post_processor", postProcessor(vocabulary, config))
                .put("decoder", decoder())
                .put("model", model(vocabulary, unknown))
                .object();
    }

    /** A token that stands twice has its last id, as in HF's load_vocab. */
    private static JsonObject vocabulary(Path folder, String shownName) {
        Members vocabulary = new Members();
        long id = 0;
        for (String token : VocabularyText.lines(folder.resolve("vocab.txt"), shownName)) {
            vocabulary.integer(token, id++);
        }
        return vocabulary.object();
    }

    private static JsonObject normalizer(TokenizerConfig config) {
        JsonValue accents = config.stripAccents().<JsonValue>map(JsonBoolean::of).orElse(Json.NULL);
        return TokenizerForm.type("BertNormalizer")
                .flag("clean_text", true)
                .flag("handle_chinese_chars", config.chineseCharacters().orElse(true))
                .put("strip_accents", accents)
                .flag("lowercase", config.lowercase().orElse(true))
                .object();
    }

    /** [CLS] text [SEP], for those who ask for special tokens; rows never do. */
    private static JsonValue postProcessor(JsonObject vocabulary, TokenizerConfig config) {
        String first = config.token("cls_token", "[CLS]");
        String last = config.token("sep_token", "[SEP]");
        OptionalLong firstId = Json.integer(vocabulary, first);
        OptionalLong lastId = Json.integer(vocabulary, last);
        if (firstId.isEmpty() || lastId.isEmpty()) {
            return Json.NULL;
        }
        JsonValue start = piece("SpecialToken", first, 0);
        List<JsonValue> single =
                List.of(start, piece("Sequence", "A", 0), piece("SpecialToken", last, 0));
        List<JsonValue> pair = new ArrayList<>(single);
        pair.add(piece("Sequence", "B", 1));
        pair.add(piece("SpecialToken", last, 1));
        Members tokens = new Members();
        tokens.put(first, special(first, firstId.getAsLong()));
        tokens.put(last, special(last, lastId.getAsLong()));
        return TokenizerForm.type("TemplateProcessing")
                .put("single", JsonArray.of(single))
                .put("pair", JsonArray.of(pair))
                .put("special_tokens", tokens.object())
                .object();
    }

    private static JsonObject piece(String kind, String id, int type) {
        Members inner = new Members().text("id", id).integer("type_id", type);
        return new Members().put(kind, inner.object()).object();
    }

    private static JsonObject special(String token, long id) {
        return new Members()
                .text("id", token)
                .put("ids", JsonArray.of(List.of(JsonNumber.of(id))))
                .put("tokens", Json.texts(List.of(token)))
                .object();
    }

    private static JsonObject decoder() {
        return TokenizerForm.type("WordPiece").text("prefix", "##").flag("cleanup", true).object();
    }

    private static JsonObject model(JsonObject vocabulary, String unknown) {
        return TokenizerForm.type("WordPiece")
                .text("unk_token", unknown)
                .text("continuing_subword_prefix", "##")
                .integer("max_input_chars_per_word", 100)
                .put("vocab", vocabulary)
                .object();
    }
}
