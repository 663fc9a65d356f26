package shoal.model.tokenizer;

import static java.util.Objects.requireNonNull;
import static shoal.model.tokenizer.FileKey.honoured;
import static shoal.model.tokenizer.FileKey.refused;
import static shoal.model.tokenizer.FileKey.withoutEffect;

import java.util.List;
import shoal.model.tokenizer.FileKey.Takes;

/** Every file that HF reads of a GPT-2 model's tokenizer, with its keys (transformers 4.57.6). */
final class FileKeys {
    /** A file with its keys. */
    record Group(String file, String what, List<FileKey> keys) {
        Group {
            requireNonNull(file, "file");
            requireNonNull(what, "what");
            keys = List.copyOf(keys);
        }
    }

    private static final String LIBRARY = "given to the same library as it is";

    static final List<Group> ALL =
            List.of(
                    new Group(
                            TokenizerFiles.CONFIG,
                            "The constructor's arguments. A key that is not listed is read by"
                                    + " nothing, at HF and here, and named in a notice; the name of a"
                                    + " method of HF's classes is refused, since HF fails on it.",
                            ConfigKeys.ALL),
                    new Group(
                            TokenizerFiles.SPECIAL,
                            "Read only where tokenizer_config.json has no added_tokens_decoder; each"
                                    + " key then wins over the same key there.",
                            List.of(
                                    honoured(
                                            "(any key)",
                                            "as in tokenizer_config.json; an object is"
                                                    + " a token with flags, and special"))),
                    new Group(
                            TokenizerFiles.ADDED,
                            "Read only where tokenizer_config.json has no added_tokens_decoder.",
                            List.of(
                                    honoured(
                                            "(any text)",
                                            "a token, added in the order of the ids; the ids"
                                                    + " themselves follow from the vocabulary"))),
                    new Group(
                            TokenizerFiles.READY,
                            "The tokenizer of HF's library. Where it is, vocab.txt, vocab.json and"
                                    + " merges.txt are not read. What is not listed is given to the"
                                    + " library as it is.",
                            ready()),
                    new Group(
                            "vocab.txt; vocab.json with merges.txt; others",
                            "Read by BertTokenizer, and by GPT2Tokenizer, where there is no"
                                    + " tokenizer.json.",
                            vocabularies()));

    private FileKeys() {}

    private static List<FileKey> ready() {
        return List.of(
                honoured("version", Takes.ANYTHING, "\"1.0\" or nothing", LIBRARY),
                honoured(
                        "truncation.direction",
                        Takes.ANYTHING,
                        "truncation_side where tokenizer_config.json has none",
                        "the same"),
                refused(
                        "truncation.stride",
                        Takes.ANYTHING,
                        "fails unless it is below max_length",
                        "the same"),
                withoutEffect("truncation.*", Takes.ANYTHING, "replaced at each call"),
                honoured(
                        "padding.pad_token",
                        Takes.ANYTHING,
                        "pad_token where no other file and no class names one",
                        "the same"),
                withoutEffect("padding.*", "replaced at each call", "rows are not padded"),
                honoured(
                        "added_tokens",
                        Takes.ANYTHING,
                        "tokens with all their flags, in their order; needed, if empty, where"
                                + " tokenizer_config.json has no added_tokens_decoder",
                        "the same; refused where a token would have to be looked for in two ways at"
                                + " once, or for what another normalizer made of it"),
                withoutEffect(
                        "added_tokens[].id",
                        Takes.ANYTHING,
                        "only the order of tokens that are added again"),
                honoured(
                        "normalizer",
                        Takes.ANYTHING,
                        "changes texts; the flags of a BertNormalizer are those of"
                                + " tokenizer_config.json for BertTokenizer, which needs a normalizer",
                        "the same"),
                honoured(
                        "pre_tokenizer",
                        Takes.ANYTHING,
                        "cuts texts; add_prefix_space of a ByteLevel is that of"
                                + " tokenizer_config.json, but not inside a Sequence",
                        "the same"),
                honoured("model", Takes.ANYTHING, "vocabulary and rule", LIBRARY),
                withoutEffect(
                        "post_processor",
                        "adds special tokens where a call asks for them",
                        "rows and predictions never ask for them"),
                withoutEffect("decoder", Takes.ANYTHING, "how ids become text"));
    }

    private static List<FileKey> vocabularies() {
        return List.of(
                honoured(
                        "lines of vocab.txt",
                        Takes.ANYTHING,
                        "a token each; of two the last id stays",
                        "the same; refused without the unk_token, where HF fails on the first"
                                + " unknown word"),
                honoured("vocab.json", "tokens with their ids"),
                honoured(
                        "lines of merges.txt",
                        Takes.ANYTHING,
                        "two tokens each; the first line, and what follows the last line end, are"
                                + " dropped whatever they say",
                        "the same"),
                refused(
                        "tokenizer.model, tekken.json",
                        Takes.ANYTHING,
                        "read in place of the vocabulary where there is no tokenizer.json, and failed"
                                + " on",
                        "the same"),
                withoutEffect("chat_template.jinja", Takes.ANYTHING, "how chats are written"));
    }
}
