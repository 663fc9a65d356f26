package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * The added tokens of a tokenizer, as HF's tokenizers library 0.22 keeps them (AddedVocabulary in
 * added_vocabulary.rs) while transformers adds to them, and as a tokenizer.json can have them.
 *
 * <p>A token that the vocabulary has keeps its id; another one follows the last id. Ids that files
 * name are not looked at. A token that is added again has its new flags, but is looked for in
 * normalized text or not as it was when it was first added.
 */
final class AddedVocabulary {
    private final String shownFile;
    private final ModelVocabulary vocabulary;
    private final Map<String, Long> ids = new LinkedHashMap<>();
    private final Map<String, AddedToken> last = new HashMap<>();
    private final Map<String, AddedToken> firstSpecial = new HashMap<>();
    private final Map<String, List<AddedToken>> plain = new HashMap<>();
    private long lastId = -1;

    AddedVocabulary(String shownFile, ModelVocabulary vocabulary) {
        this.shownFile = shownFile;
        this.vocabulary = vocabulary;
    }

    /**
     * One call of the library's add_tokens. A token is left out if it is as one was before the
     * call, or as one in the call; the first new one gets the id that was next before the call.
     */
    void add(List<AddedToken> tokens) {
        for (AddedToken token : tokens) {
            if (token.special() && !token.content().isEmpty()) {
                firstSpecial.putIfAbsent(token.content(), token);
            }
        }
        Map<String, List<AddedToken>> seen = new HashMap<>();
        last.forEach((content, token) -> seen.put(content, new ArrayList<>(List.of(token))));
        long next = Math.max(lastId + 1, vocabulary.size());
        for (AddedToken token : tokens) {
            List<AddedToken> same = seen.computeIfAbsent(token.content(), any -> new ArrayList<>());
            if (!token.content().isEmpty() && same.stream().noneMatch(token::same)) {
                same.add(token);
                next = add(token, next);
            }
        }
    }

    /** Adds one token and gives the id that the next new one gets. */
    private long add(AddedToken token, long next) {
        String content = token.content();
        OptionalLong known = id(content);
        long id = known.orElse(next);
        if (known.isEmpty() && lastId >= next) {
            throw holes(content, id);
        }
        ids.put(content, id);
        last.put(content, token);
        lastId = Math.max(lastId, id);
        if (!firstSpecial.containsKey(content)) {
            plain.computeIfAbsent(content, any -> new ArrayList<>()).add(token);
        }
        return known.isEmpty() ? next + 1 : next;
    }

    /** Texts of all added tokens. */
    Set<String> contents() {
        return ids.keySet();
    }

    /** The id of an added token, else of a token of the vocabulary. */
    OptionalLong id(String content) {
        Long added = ids.get(content);
        return added == null ? vocabulary.id(content) : OptionalLong.of(added);
    }

    /**
     * The entries of a tokenizer.json, in an order that gives the same ids.
     *
     * @param before the normalizer when tokens were added
     * @param after the normalizer of texts
     * @throws UserException where one tokenizer.json cannot say the same
     */
    JsonArray entries(JsonValue before, JsonValue after) {
        boolean normalizes = !(before instanceof JsonNull && after instanceof JsonNull);
        boolean changes = !JsonWriter.compact(before).equals(JsonWriter.compact(after));
        List<JsonValue> entries = new ArrayList<>();
        ids.forEach(
                (content, id) -> {
                    for (AddedToken token : forms(content, normalizes)) {
                        if (changes && token.normalized() && !isNeutral(content)) {
                            throw staleNormalizer(content);
                        }
                        entries.add(token.entry(id));
                    }
                });
        return JsonArray.of(entries);
    }

    /**
     * What a tokenizer.json must have of one content: the flags that were given last, and to look
     * for it as it was looked for when it was first added as a special token, else each time. A
     * text that is not normalized and has it as it is has it in no other way.
     */
    private List<AddedToken> forms(String content, boolean normalizes) {
        AddedToken flags = requireNonNull(last.get(content), "token");
        Optional<AddedToken> special = Optional.ofNullable(firstSpecial.get(content));
        Set<Boolean> ways = new TreeSet<>();
        special.ifPresent(token -> ways.add(token.normalized()));
        plain.getOrDefault(content, List.of()).forEach(token -> ways.add(token.normalized()));
        if (ways.size() > 1 && !normalizes) {
            return List.of(flags.normalizing(false));
        }
        if (ways.size() > 1 && special.isPresent()) {
            throw twoWays(content);
        }
        return ways.stream().map(flags::normalizing).toList();
    }

    /** Printable ASCII without capitals, which every BertNormalizer leaves as it is. */
    private static boolean isNeutral(String content) {
        return content.chars().allMatch(c -> c >= ' ' && c < 0x7F && !(c >= 'A' && c <= 'Z'));
    }

    private UserException staleNormalizer(String content) {
        return new UserException(
                shownFile,
                String.format(
                        "adds the token \"%s\", which is looked for in normalized text, but"
                                + " do_lower_case, strip_accents or tokenize_chinese_chars then change"
                                + " the normalizer of tokenizer.json: HF goes on looking for what the"
                                + " old one made of the token, which is not done here. Let"
                                + " tokenizer_config.json say what the normalizer says, or set the"
                                + " token's normalized to false.",
                        content));
    }

    private UserException holes(String content, long id) {
        return new UserException(
                shownFile,
                String.format(
                        "has a vocabulary of %d tokens with ids up to %d at least: HF gives the added"
                                + " token \"%s\" the id %d, which is not done here. Number the tokens"
                                + " of the vocabulary without holes.",
                        vocabulary.size(), lastId, content, id));
    }

    private UserException twoWays(String content) {
        return new UserException(
                shownFile,
                String.format(
                        "has the token \"%s\" in normalized text, and the special token \"%s\" in"
                                + " text as it is: HF looks for both, which is not done here. Give the"
                                + " token the same normalized in tokenizer.json and in the other"
                                + " files.",
                        content, content));
    }
}
