package shoal.model.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import shoal.model.json.Json;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * The special tokens of a tokenizer, and the tokens that its constructor adds because of them
 * (transformers 4.57.6, PreTrainedTokenizerFast.__init__ and SpecialTokensMixin).
 */
final class SpecialTokens {
    private static final String EXTRA = "extra_special_tokens";

    /** Keys whose texts the slow GPT2Tokenizer makes tokens of. */
    private static final Set<String> OF_BYTE_PAIRS =
            Set.of("unk_token", "bos_token", "eos_token", "pad_token");

    private final InitArguments arguments;
    private final Map<String, List<SpecialToken>> byKey = new LinkedHashMap<>();

    private SpecialTokens(InitArguments arguments) {
        this.arguments = arguments;
    }

    /**
     * The special tokens of a folder.
     *
     * @param ready its tokenizer.json; without one, HF reads the slow tokenizer's files first, and
     *     hands its special tokens on
     */
    static SpecialTokens of(
            InitArguments arguments, TokenizerKind kind, Optional<JsonObject> ready) {
        SpecialTokens tokens = new SpecialTokens(arguments);
        Map<String, String> defaults = new HashMap<>(kind.tokens());
        ready.flatMap(json -> Json.object(json, "padding"))
                .flatMap(padding -> Json.text(padding, "pad_token"))
                .ifPresent(token -> defaults.putIfAbsent("pad_token", token));
        for (String key : InitArguments.SPECIAL_KEYS) {
            if (key.equals(InitArguments.ADDITIONAL)) {
                tokens.byKey.put(key, arguments.additional());
            } else {
                tokens.single(key, Optional.ofNullable(defaults.get(key)));
            }
        }
        if (ready.isEmpty()) {
            tokens.byKey.replaceAll(
                    (key, all) -> all.stream().map(each -> slow(kind, key, each)).toList());
        }
        tokens.extra(ready.isEmpty());
        return tokens;
    }

    private void single(String key, Optional<String> otherwise) {
        Optional<SpecialToken> token =
                arguments.has(key)
                        ? Optional.ofNullable(arguments.special().get(key))
                        : otherwise.map(SpecialToken::text);
        byKey.put(key, token.map(List::of).orElse(List.of()));
    }

    private static SpecialToken slow(TokenizerKind kind, String key, SpecialToken token) {
        boolean becomesToken =
                kind == TokenizerKind.BYTE_PAIRS
                        && OF_BYTE_PAIRS.contains(key)
                        && token.token().isEmpty();
        return becomesToken
                ? SpecialToken.of(AddedToken.ofBytePairs(token.content()))
                : token.copied();
    }

    /** extra_special_tokens: more keys, or other values of the same ones. */
    private void extra(boolean isCopied) {
        if (!arguments.has(EXTRA)) {
            return;
        }
        JsonValue given = arguments.value(EXTRA).orElse(Json.NULL);
        if (!(given instanceof JsonObject entries)) {
            throw wrong(EXTRA, given, "an object of names and tokens");
        }
        entries.members()
                .forEach(
                        (key, value) -> {
                            SpecialToken token = extra(key, value);
                            byKey.put(key, List.of(isCopied ? token.copied() : token));
                        });
    }

    private SpecialToken extra(String key, JsonValue value) {
        if (value instanceof JsonText text) {
            return SpecialToken.text(text.text());
        }
        if (value instanceof JsonObject fields
                && Json.text(fields, "__type").equals(Optional.of("AddedToken"))) {
            return SpecialToken.of(AddedToken.of(fields, arguments.where(EXTRA), key));
        }
        throw wrong(
                EXTRA + "." + key, value, "a text or an object with \"__type\": \"AddedToken\"");
    }

    private UserException wrong(String key, JsonValue value, String expected) {
        String what = value instanceof JsonArray ? "a list" : value.inWords();
        return new UserException(
                arguments.where(EXTRA), key + " is " + what + ", expected " + expected + ".");
    }

    /** The text of a key's token, if it has one. */
    Optional<String> text(String key) {
        return byKey.getOrDefault(key, List.of()).stream().map(SpecialToken::content).findFirst();
    }

    /**
     * What the constructor adds, in its order: the added tokens of the files, then special tokens
     * that are not among them.
     *
     * @param known texts of the added tokens of tokenizer.json
     */
    List<AddedToken> toAdd(Set<String> known) {
        List<SpecialToken> all = all();
        Set<String> texts = new HashSet<>();
        all.forEach(token -> texts.add(token.content()));
        List<AddedToken> given = List.copyOf(arguments.decoder().values());
        Set<String> encoder = new HashSet<>(known);
        given.forEach(token -> encoder.add(token.content()));
        List<AddedToken> added = new ArrayList<>();
        for (AddedToken token : given) {
            added.add(token.with(token.special() || texts.contains(token.content())));
        }
        for (SpecialToken token : all) {
            boolean isThere =
                    token.token()
                            .map(flagged -> given.stream().anyMatch(flagged::same))
                            .orElse(encoder.contains(token.content()));
            if (!isThere) {
                added.add(token.added());
            }
        }
        return added;
    }

    /** all_special_tokens_extended: each text once, but for one list that names it twice. */
    private List<SpecialToken> all() {
        List<SpecialToken> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (List<SpecialToken> tokens : byKey.values()) {
            List<SpecialToken> fresh =
                    tokens.stream()
                            .filter(token -> !seen.contains(token.content()))
                            .filter(token -> tokens.size() > 1 || !isNothing(token))
                            .toList();
            fresh.forEach(token -> seen.add(token.content()));
            all.addAll(fresh);
        }
        return all;
    }

    private static boolean isNothing(SpecialToken token) {
        return token.token().isEmpty() && token.content().isEmpty();
    }
}
