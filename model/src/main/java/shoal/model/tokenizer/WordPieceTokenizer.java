package shoal.model.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * BERT's tokenizer from vocab.txt, as HF's BertConverter builds it (transformers 4.57.6,
 * convert_slow_tokenizer.py): one token per line, its id the line counted from 0.
 */
final class WordPieceTokenizer {
    private static final Pattern TEMPLATE_TOKEN = Pattern.compile("([^\\s:$][^\\s:]*)?");

    private WordPieceTokenizer() {}

    static JsonObject of(TokenizerFiles files, TokenizerSettings settings, SpecialTokens tokens) {
        String shownFile = files.shown(TokenizerFiles.WORDS);
        JsonObject vocabulary = vocabulary(files.path(TokenizerFiles.WORDS), shownFile);
        String unknown = tokens.text("unk_token").orElse("None");
        if (vocabulary.member(unknown).isEmpty()) {
            throw new UserException(
                    shownFile,
                    String.format(
                            "has %d tokens, but not the unk_token \"%s\", which stands for unknown words. Use the"
                                    + " vocab.txt that the model was trained with, one token per"
                                    + " line.",
                            vocabulary.members().size(), unknown));
        }
        return TokenizerForm.start()
                .put("normalizer", normalizer(settings))
                .put("pre_tokenizer", TokenizerForm.type("BertPreTokenizer").object())
                .put("post_processor", postProcessor(vocabulary, files, tokens))
                .put("decoder", decoder())
                .put("model", model(vocabulary, unknown))
                .object();
    }

    /** A token that stands twice has its last id, as in HF's load_vocab. */
    private static JsonObject vocabulary(Path file, String shownFile) {
        Members vocabulary = new Members();
        long id = 0;
        for (String token : VocabularyText.lines(file, shownFile)) {
            vocabulary.integer(token, id++);
        }
        return vocabulary.object();
    }

    /**
     * The normalizer that tokens are added under: without do_basic_tokenize the slow BertTokenizer
     * has no flags to hand on, and BertTokenizerFast sets them afterwards.
     */
    static JsonObject normalizerBefore(TokenizerSettings settings, JsonObject json) {
        JsonObject normalizer = Json.object(json, "normalizer").orElseThrow();
        return settings.hasBasicTokenizer()
                ? normalizer
                : new Members(normalizer)
                        .flag("handle_chinese_chars", false)
                        .flag("strip_accents", false)
                        .flag("lowercase", false)
                        .object();
    }

    private static JsonObject normalizer(TokenizerSettings settings) {
        JsonValue accents =
                settings.stripAccents().<JsonValue>map(JsonBoolean::of).orElse(Json.NULL);
        return TokenizerForm.type("BertNormalizer")
                .flag("clean_text", true)
                .flag("handle_chinese_chars", settings.chineseCharacters())
                .put("strip_accents", accents)
                .flag("lowercase", settings.lowercase())
                .object();
    }

    /** [CLS] text [SEP], for those who ask for special tokens; rows never do. */
    private static JsonValue postProcessor(
            JsonObject vocabulary, TokenizerFiles files, SpecialTokens tokens) {
        String first = templateToken("cls_token", files, tokens);
        String last = templateToken("sep_token", files, tokens);
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
        Members specialTokens = new Members();
        specialTokens.put(first, special(first, firstId.getAsLong()));
        specialTokens.put(last, special(last, lastId.getAsLong()));
        return TokenizerForm.type("TemplateProcessing")
                .put("single", JsonArray.of(single))
                .put("pair", JsonArray.of(pair))
                .put("special_tokens", specialTokens.object())
                .object();
    }

    /** The library's template has spaces, colons and a leading $ for itself. */
    private static String templateToken(String key, TokenizerFiles files, SpecialTokens tokens) {
        String token = tokens.text(key).orElse("$");
        if (!TEMPLATE_TOKEN.matcher(token).matches()) {
            throw new UserException(
                    files.shown(TokenizerFiles.CONFIG),
                    String.format(
                            "%s is %s: HF fails on it where there is no tokenizer.json. Expected a"
                                    + " text without white space, without ':' and without a '$' at"
                                    + " its start.",
                            key, token.equals("$") ? "null" : JsonWriter.quoted(token)));
        }
        return token;
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
