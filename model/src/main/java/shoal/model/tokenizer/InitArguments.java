package shoal.model.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import shoal.model.json.Json;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * The arguments that HF's from_pretrained calls a tokenizer's constructor with (transformers
 * 4.57.6, tokenization_utils_base.py, _from_pretrained).
 *
 * <p>With {@code added_tokens_decoder} in tokenizer_config.json that file alone counts. Without it,
 * each key of special_tokens_map.json wins over the same key of tokenizer_config.json, and added
 * tokens come from added_tokens.json, then from tokenizer.json: of two with one id the last one
 * stays. A special token that is one of tokenizer.json's added tokens has its flags.
 */
final class InitArguments {
    static final String DECODER = "added_tokens_decoder";
    static final String ADDITIONAL = "additional_special_tokens";

    /** HF's SPECIAL_TOKENS_ATTRIBUTES, in its order. */
    static final List<String> SPECIAL_KEYS =
            List.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token",
                    ADDITIONAL);

    private final TokenizerFiles files;
    private final Map<String, JsonValue> config = new LinkedHashMap<>();
    private final Map<String, JsonValue> map = new LinkedHashMap<>();
    private final Map<String, SpecialToken> special = new LinkedHashMap<>();
    private final TreeMap<Long, AddedToken> decoder = new TreeMap<>();
    private final Map<String, AddedToken> byText = new HashMap<>();
    private List<SpecialToken> additional = List.of();

    private InitArguments(TokenizerFiles files) {
        this.files = files;
    }

    /** Reads the files. */
    static InitArguments of(TokenizerFiles files) {
        InitArguments arguments = new InitArguments(files);
        files.json(TokenizerFiles.CONFIG).ifPresent(it -> arguments.config.putAll(it.members()));
        arguments.config.remove("tokenizer_class");
        if (arguments.config.containsKey(DECODER)) {
            arguments.readDecoder();
            arguments.readSpecial();
        } else {
            files.json(TokenizerFiles.SPECIAL).ifPresent(it -> arguments.map.putAll(it.members()));
            arguments.readSpecial();
            arguments.readAdded();
            arguments.readReady();
        }
        arguments.special.replaceAll(arguments::flagged);
        return arguments;
    }

    private SpecialToken flagged(String key, SpecialToken token) {
        AddedToken known = byText.get(token.content());
        return known == null ? token : SpecialToken.of(known);
    }

    private void readDecoder() {
        JsonValue value = config.getOrDefault(DECODER, Json.NULL);
        if (!(value instanceof JsonObject entries)) {
            throw wrong(TokenizerFiles.CONFIG, DECODER, value, "an object");
        }
        entries.members()
                .forEach(
                        (id, token) -> {
                            if (!(token instanceof JsonObject fields)
                                    || !id.matches("[0-9]{1,9}")) {
                                throw wrong(
                                        TokenizerFiles.CONFIG,
                                        DECODER + "." + id,
                                        token,
                                        "an id with an object that has \"content\"");
                            }
                            AddedToken added = token(TokenizerFiles.CONFIG, DECODER, fields);
                            decoder.put(Long.parseLong(id), added);
                            byText.put(added.content(), added);
                        });
    }

    private void readSpecial() {
        for (String key : SPECIAL_KEYS) {
            if (!key.equals(ADDITIONAL)) {
                Optional<SpecialToken> token =
                        map.containsKey(key) ? ofMap(key, map.get(key)) : ofConfig(key);
                token.ifPresent(given -> special.put(key, given));
            }
        }
        additional = readAdditional();
    }

    private Optional<SpecialToken> ofMap(String key, JsonValue value) {
        if (value instanceof JsonNull) {
            return Optional.empty();
        }
        if (value instanceof JsonObject fields) {
            return Optional.of(
                    SpecialToken.of(token(TokenizerFiles.SPECIAL, key, fields).with(true)));
        }
        return Optional.of(text(TokenizerFiles.SPECIAL, key, value));
    }

    private Optional<SpecialToken> ofConfig(String key) {
        JsonValue value = config.getOrDefault(key, Json.NULL);
        return value instanceof JsonNull ? Optional.empty() : Optional.of(ofConfig(key, value));
    }

    private SpecialToken ofConfig(String key, JsonValue value) {
        if (value instanceof JsonObject fields
                && Json.text(fields, "__type").equals(Optional.of("AddedToken"))) {
            return SpecialToken.later(token(TokenizerFiles.CONFIG, key, fields));
        }
        return text(TokenizerFiles.CONFIG, key, value);
    }

    private SpecialToken text(String file, String key, JsonValue value) {
        if (value instanceof JsonText text) {
            return SpecialToken.text(text.text());
        }
        throw wrong(
                file,
                key,
                value,
                file.equals(TokenizerFiles.CONFIG)
                        ? "a text, null or an object with \"__type\": \"AddedToken\""
                        : "a text, null or an object");
    }

    private List<SpecialToken> readAdditional() {
        List<SpecialToken> tokens = new ArrayList<>();
        boolean mapIsNone = map.containsKey(ADDITIONAL) && map.get(ADDITIONAL) instanceof JsonNull;
        if (!mapIsNone) {
            for (JsonValue each : items(TokenizerFiles.CONFIG, config)) {
                tokens.add(ofConfig(ADDITIONAL, each));
            }
        }
        for (JsonValue each : items(TokenizerFiles.SPECIAL, map)) {
            SpecialToken token =
                    ofMap(ADDITIONAL, each)
                            .orElseThrow(
                                    () ->
                                            wrong(
                                                    TokenizerFiles.SPECIAL,
                                                    ADDITIONAL,
                                                    each,
                                                    "texts or objects"));
            if (tokens.stream().noneMatch(token::same)) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    private List<JsonValue> items(String file, Map<String, JsonValue> from) {
        JsonValue value = from.getOrDefault(ADDITIONAL, Json.NULL);
        if (value instanceof JsonNull) {
            return List.of();
        }
        if (value instanceof JsonArray list) {
            return list.values();
        }
        throw wrong(file, ADDITIONAL, value, "a list or null");
    }

    /**
     * HF's loop leaves a name behind, by which it then files every added token: the last one stays.
     */
    private void readAdded() {
        Optional<JsonObject> file = files.json(TokenizerFiles.ADDED);
        if (file.isEmpty()) {
            return;
        }
        String leftBehind =
                map.containsKey(ADDITIONAL) && !items(TokenizerFiles.SPECIAL, map).isEmpty()
                        ? lastOfMap()
                        : "None";
        file.get()
                .members()
                .forEach(
                        (content, id) -> {
                            OptionalLong whole = Json.integer(id);
                            if (whole.isEmpty()) {
                                throw wrong(
                                        TokenizerFiles.ADDED,
                                        "\"" + content + "\"",
                                        id,
                                        "an id, a whole number");
                            }
                            AddedToken added = AddedToken.legacy(content, isSpecial(content));
                            decoder.put(whole.getAsLong(), added);
                            byText.put(leftBehind, added);
                        });
    }

    private String lastOfMap() {
        List<JsonValue> items = items(TokenizerFiles.SPECIAL, map);
        return ofMap(ADDITIONAL, items.get(items.size() - 1)).orElseThrow().content();
    }

    private boolean isSpecial(String content) {
        return special.values().stream()
                        .anyMatch(each -> each.isText() && each.content().equals(content))
                || additional.stream()
                        .anyMatch(each -> each.isText() && each.content().equals(content));
    }

    private void readReady() {
        if (!files.has(TokenizerFiles.READY)) {
            return;
        }
        JsonObject ready = files.json(TokenizerFiles.READY).orElseThrow();
        if (ready.member("added_tokens").isEmpty()) {
            throw new UserException(
                    files.shown(TokenizerFiles.READY),
                    "has no added_tokens: HF needs the list, even if it is empty.");
        }
        for (ReadyTokenizer.Added each :
                ReadyTokenizer.added(ready, files.shown(TokenizerFiles.READY))) {
            decoder.put(each.id(), each.token());
            byText.put(each.token().content(), each.token());
        }
    }

    private AddedToken token(String file, String key, JsonObject fields) {
        return AddedToken.of(fields, files.shown(file), key);
    }

    private UserException wrong(String file, String key, JsonValue value, String expected) {
        return new UserException(
                files.shown(file) + ":" + value.line(),
                key + " is " + value.inWords() + ", expected " + expected + ".");
    }

    /** Whether a key is given, with null too. */
    boolean has(String key) {
        return map.containsKey(key) || config.containsKey(key);
    }

    /** The value that counts of a key that is no special token's. */
    Optional<JsonValue> value(String key) {
        JsonValue value = map.getOrDefault(key, config.getOrDefault(key, Json.NULL));
        return has(key) ? Optional.of(value) : Optional.empty();
    }

    /** The file whose value of the key counts, with the line, as messages name it. */
    String where(String key) {
        String file = map.containsKey(key) ? TokenizerFiles.SPECIAL : TokenizerFiles.CONFIG;
        return files.shown(file) + value(key).map(value -> ":" + value.line()).orElse("");
    }

    /** Keys that are given, in the order of the files. */
    List<String> keys() {
        Map<String, JsonValue> all = new LinkedHashMap<>(config);
        all.putAll(map);
        return List.copyOf(all.keySet());
    }

    /** Special tokens that the files name, but additional ones, by key. */
    Map<String, SpecialToken> special() {
        return special;
    }

    /** Tokens of additional_special_tokens. */
    List<SpecialToken> additional() {
        return additional;
    }

    /** Added tokens by the ids that files name, in the order of these. */
    Map<Long, AddedToken> decoder() {
        return decoder;
    }
}
