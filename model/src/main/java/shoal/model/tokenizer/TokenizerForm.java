package shoal.model.tokenizer;

import shoal.model.json.Members;

/** The parts that every tokenizer.json made here has. */
final class TokenizerForm {
    private TokenizerForm() {}

    /** Everything, with nothing in it. */
    static Members start() {
        return new Members()
                .text("version", "1.0")
                .nothing("truncation")
                .nothing("padding")
                .nothing("added_tokens")
                .nothing("normalizer")
                .nothing("pre_tokenizer")
                .nothing("post_processor")
                .nothing("decoder");
    }

    static Members type(String name) {
        return new Members().text("type", name);
    }
}
