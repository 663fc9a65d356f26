package shoal.model.tokenizer;

import shoal.model.json.Members;

/** Entries of a tokenizer.json's added_tokens: texts that are one token wherever they stand. */
final class AddedToken {
    private AddedToken() {}

    /** A special token as HF adds those of a slow tokenizer: exact, not normalized. */
    static Members of(long id, String content) {
        return new Members()
                .integer("id", id)
                .text("content", content)
                .flag("single_word", false)
                .flag("lstrip", false)
                .flag("rstrip", false)
                .flag("normalized", false)
                .flag("special", true);
    }
}
