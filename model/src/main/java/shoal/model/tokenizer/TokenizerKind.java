package shoal.model.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.model.json.Json;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** HF's classes of tokenizers that Shoal reads, with the special tokens that each has unasked. */
enum TokenizerKind {
    /** GPT2TokenizerFast. */
    BYTE_PAIRS("GPT2Tokenizer"),
    /** BertTokenizerFast. */
    WORD_PIECES("BertTokenizer"),
    /** PreTrainedTokenizerFast, which reads a tokenizer.json and nothing else. */
    READY("PreTrainedTokenizer");

    private static final String KEY = "tokenizer_class";

    private final String slowName;

    TokenizerKind(String slowName) {
        this.slowName = slowName;
    }

    /** Special tokens that stand in no file, by their keys. */
    Map<String, String> tokens() {
        return switch (this) {
            case BYTE_PAIRS ->
                    Map.of(
                            "unk_token", "<|endoftext|>",
                            "bos_token", "<|endoftext|>",
                            "eos_token", "<|endoftext|>");
            case WORD_PIECES ->
                    Map.of(
                            "unk_token", "[UNK]",
                            "sep_token", "[SEP]",
                            "pad_token", "[PAD]",
                            "cls_token", "[CLS]",
                            "mask_token", "[MASK]");
            case READY -> Map.of();
        };
    }

    /** The name of HF's class, as tokenizer_class has it. */
    String className() {
        return slowName;
    }

    /**
     * The class that AutoTokenizer takes for a GPT-2 model (transformers 4.57.6,
     * tokenization_auto.py): tokenizer_class of tokenizer_config.json, else of config.json, else
     * GPT2Tokenizer. One addition: where none is named and vocab.txt is the only vocabulary, which
     * AutoTokenizer does not load, BertTokenizer reads it, as the scripts of such models do.
     *
     * @throws UserException for a class that is not read here
     */
    static TokenizerKind of(TokenizerFiles files) {
        for (String name : List.of(TokenizerFiles.CONFIG, "config.json")) {
            Optional<JsonValue> named =
                    files.json(name)
                            .flatMap(json -> json.member(KEY))
                            .filter(value -> !(value instanceof JsonNull));
            if (named.isPresent()) {
                return named(files.shown(name), named.get());
            }
        }
        return isUnnamed(files) ? WORD_PIECES : BYTE_PAIRS;
    }

    /** Whether no file names a class and vocab.txt alone tells which it is. */
    static boolean isUnnamed(TokenizerFiles files) {
        return !names(files, TokenizerFiles.CONFIG)
                && !names(files, "config.json")
                && files.has(TokenizerFiles.WORDS)
                && !files.has(TokenizerFiles.READY)
                && !files.has(TokenizerFiles.BYTE_PAIRS);
    }

    private static boolean names(TokenizerFiles files, String name) {
        JsonObject json = files.json(name).orElse(JsonObject.of(Map.of()));
        return !(json.member(KEY).orElse(Json.NULL) instanceof JsonNull);
    }

    private static TokenizerKind named(String shownFile, JsonValue value) {
        if (value instanceof JsonText text) {
            for (TokenizerKind kind : values()) {
                if (text.text().equals(kind.slowName)
                        || text.text().equals(kind.slowName + "Fast")) {
                    return kind;
                }
            }
        }
        throw new UserException(
                shownFile + ":" + value.line(),
                KEY
                        + " is "
                        + value.inWords()
                        + ", expected GPT2Tokenizer, BertTokenizer or PreTrainedTokenizerFast: the"
                        + " tokenizers of other models are not read.");
    }
}
