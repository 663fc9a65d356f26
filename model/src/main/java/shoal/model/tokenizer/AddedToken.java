package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * A text that is one token wherever it stands: AddedToken of HF's tokenizers library 0.22.
 *
 * @param content the text
 * @param singleWord not inside a word
 * @param takesLeft with the white space before it
 * @param takesRight with the white space behind it
 * @param normalizes whether it is looked for in normalized text; if not said, unless it is special
 * @param special one of the tokenizer's special tokens
 */
record AddedToken(
        String content,
        boolean singleWord,
        boolean takesLeft,
        boolean takesRight,
        Optional<Boolean> normalizes,
        boolean special) {
    AddedToken {
        requireNonNull(content, "content");
        requireNonNull(normalizes, "normalizes");
    }

    /** A special token that is known by its text only. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, Optional.empty(), true);
    }

    /** An entry of added_tokens.json, where nothing says more than its text. */
    static AddedToken legacy(String content, boolean special) {
        return new AddedToken(content, false, false, false, Optional.of(!special), special);
    }

    /** What HF's slow GPT2Tokenizer makes of a special token's text. */
    static AddedToken ofBytePairs(String content) {
        return new AddedToken(content, false, false, false, Optional.of(true), false);
    }

    /** A copy that Python made: what was not said about normalization is. */
    AddedToken copied() {
        return normalizing(normalized());
    }

    /**
     * Reads {@code AddedToken(**fields)}: missing fields have its defaults, unknown ones are not
     * looked at.
     *
     * @param shownFile where it stands
     * @param what it is, for messages
     */
    static AddedToken of(JsonObject fields, String shownFile, String what) {
        JsonValue content = fields.member("content").orElse(Json.NULL);
        if (!(content instanceof JsonText) && !(content instanceof JsonNull)) {
            throw new UserException(
                    shownFile + ":" + content.line(),
                    what + " has the content " + content.inWords() + ", expected a text.");
        }
        return new AddedToken(
                content instanceof JsonText text ? text.text() : "",
                flag(fields, "single_word", shownFile, what).orElse(false),
                flag(fields, "lstrip", shownFile, what).orElse(false),
                flag(fields, "rstrip", shownFile, what).orElse(false),
                flag(fields, "normalized", shownFile, what),
                flag(fields, "special", shownFile, what).orElse(false));
    }

    private static Optional<Boolean> flag(
            JsonObject fields, String key, String shownFile, String what) {
        Optional<JsonValue> value = fields.member(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof JsonBoolean flag) {
            return Optional.of(flag.value());
        }
        throw new UserException(
                shownFile + ":" + value.get().line(),
                String.format(
                        "%s has %s %s, expected true or false.", what, key, value.get().inWords()));
    }

    boolean normalized() {
        return normalizes.orElse(!special);
    }

    /** This token as a special one, or not; what was not said about normalization follows. */
    AddedToken with(boolean isSpecial) {
        return new AddedToken(content, singleWord, takesLeft, takesRight, normalizes, isSpecial);
    }

    /** This token, with its normalization said. */
    AddedToken normalizing(boolean normalized) {
        return new AddedToken(
                content, singleWord, takesLeft, takesRight, Optional.of(normalized), special);
    }

    /** Whether the library takes both for the same, which is by what they do. */
    boolean same(AddedToken other) {
        return copied().equals(other.copied());
    }

    /** As an entry of a tokenizer.json's added_tokens. */
    JsonObject entry(long id) {
        return new Members()
                .integer("id", id)
                .text("content", content)
                .flag("single_word", singleWord)
                .flag("lstrip", takesLeft)
                .flag("rstrip", takesRight)
                .flag("normalized", normalized())
                .flag("special", special)
                .object();
    }
}
