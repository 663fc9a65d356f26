package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The value of a key such as pad_token.
 *
 * @param content its text
 * @param token with its flags, where a file gives them
 * @param isText whether HF sees its text while it reads files: not that of an object in
 *     tokenizer_config.json, which becomes a token later
 */
record SpecialToken(String content, Optional<AddedToken> token, boolean isText) {
    SpecialToken {
        requireNonNull(content, "content");
        requireNonNull(token, "token");
    }

    static SpecialToken text(String content) {
        return new SpecialToken(content, Optional.empty(), true);
    }

    static SpecialToken of(AddedToken token) {
        return new SpecialToken(token.content(), Optional.of(token), true);
    }

    /** Of an object in tokenizer_config.json. */
    static SpecialToken later(AddedToken token) {
        return new SpecialToken(token.content(), Optional.of(token), false);
    }

    /** Whether Python's {@code ==} holds while files are read. */
    boolean same(SpecialToken other) {
        if (!isText || !other.isText || token.isPresent() != other.token.isPresent()) {
            return false;
        }
        return token.isEmpty()
                ? content.equals(other.content)
                : token.get().same(other.token.get());
    }

    /** As Python's deepcopy hands it on from a slow tokenizer. */
    SpecialToken copied() {
        return new SpecialToken(content, token.map(AddedToken::copied), isText);
    }

    /** As a token to be added. */
    AddedToken added() {
        return token.orElseGet(() -> AddedToken.special(content)).with(true);
    }
}
