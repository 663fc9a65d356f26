package shoal.model.tokenizer;

import static shoal.model.tokenizer.FileKey.honoured;
import static shoal.model.tokenizer.FileKey.refused;
import static shoal.model.tokenizer.FileKey.withoutEffect;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import shoal.model.tokenizer.FileKey.Takes;

/**
 * Every key of tokenizer_config.json that HF's GPT2TokenizerFast, BertTokenizerFast,
 * PreTrainedTokenizerFast and what loads them read (transformers 4.57.6). Any other key reaches
 * their constructors and is not looked at there.
 */
final class ConfigKeys {
    static final List<FileKey> ALL =
            List.of(
                    honoured(
                            "tokenizer_class",
                            Takes.ANYTHING,
                            "the class that reads the folder; else config.json's, else GPT2Tokenizer",
                            "the same, for GPT2Tokenizer, BertTokenizer and PreTrainedTokenizer, each"
                                    + " also with Fast; others are refused. Where none is named and"
                                    + " vocab.txt is the only vocabulary, BertTokenizer"),
                    honoured(
                            InitArguments.DECODER,
                            "added tokens by id, added in the order of their ids; with this key"
                                    + " special_tokens_map.json and added_tokens.json are not read"),
                    honoured("bos_token", "a special token: one token wherever its text stands"),
                    honoured("eos_token", "a special token"),
                    honoured(
                            "unk_token",
                            "a special token; also stands for unknown words of vocab.txt"),
                    honoured("sep_token", "a special token"),
                    honoured(
                            "pad_token",
                            Takes.ANYTHING,
                            "a special token",
                            "the same; its id where config.json names no pad_token_id"),
                    honoured("cls_token", "a special token"),
                    honoured("mask_token", "a special token"),
                    honoured(InitArguments.ADDITIONAL, "more special tokens, a list"),
                    honoured(
                            "extra_special_tokens",
                            "more special tokens, an object of names and tokens"),
                    honoured(
                            "add_prefix_space",
                            "a space before each text, byte-level tokenizers only; false where it is"
                                    + " not given, whatever tokenizer.json says; no truth value:"
                                    + " tokenizer.json's"),
                    honoured(
                            "do_lower_case",
                            "lowercase of BertTokenizer's normalizer; true where it is not given,"
                                    + " whatever tokenizer.json says"),
                    honoured(
                            "strip_accents",
                            "strip_accents of BertTokenizer's normalizer; null: as do_lower_case"),
                    honoured(
                            "tokenize_chinese_chars",
                            "handle_chinese_chars of BertTokenizer's normalizer; true where it is not"
                                    + " given"),
                    honoured(
                            "truncation_side",
                            Takes.SIDE,
                            "the end at which a long text is cut; else truncation.direction of"
                                    + " tokenizer.json",
                            "the same"),
                    honoured(
                            "model_max_length",
                            Takes.ANYTHING,
                            "tokens of a text where no max_length is asked for",
                            "the same in predict; training asks for max_seq_length"),
                    honoured(
                            "max_len",
                            Takes.ANYTHING,
                            "model_max_length of older files",
                            "the same"),
                    withoutEffect("padding_side", Takes.SIDE, "where padding goes"),
                    withoutEffect(
                            "model_input_names",
                            Takes.TEXTS,
                            "which lists a call returns besides ids"),
                    withoutEffect(
                            "chat_template",
                            Takes.TEMPLATE,
                            "how chats are written, for other models"),
                    withoutEffect(
                            "clean_up_tokenization_spaces", Takes.ANYTHING, "how ids become text"),
                    withoutEffect(
                            "processor_class", Takes.ANYTHING, "which processor it belongs to"),
                    withoutEffect("name_or_path", Takes.ANYTHING, "replaced by the folder's name"),
                    withoutEffect(
                            "special_tokens_map_file",
                            Takes.ANYTHING,
                            "nothing: the folder's is read"),
                    withoutEffect(
                            "tokenizer_config_file",
                            Takes.ANYTHING,
                            "nothing: the folder's is read"),
                    withoutEffect("_commit_hash", Takes.ANYTHING, "nothing"),
                    withoutEffect("device_map", Takes.ANYTHING, "nothing"),
                    withoutEffect("verbose", Takes.ANYTHING, "how much is logged"),
                    withoutEffect("errors", Takes.ANYTHING, "how bytes become text"),
                    withoutEffect(
                            "add_bos_token",
                            "a special token before each text that asks for special tokens",
                            "rows and predictions never ask for them"),
                    withoutEffect(
                            "do_basic_tokenize", Takes.ANYTHING, "nothing in BertTokenizerFast"),
                    withoutEffect("never_split", Takes.ANYTHING, "nothing in BertTokenizerFast"),
                    withoutEffect("max_length", Takes.ANYTHING, "nothing: calls give their own"),
                    withoutEffect("stride", Takes.ANYTHING, "nothing: calls give their own"),
                    withoutEffect(
                            "truncation_strategy", Takes.ANYTHING, "nothing: calls give their own"),
                    withoutEffect("pad_token_type_id", Takes.ANYTHING, "nothing"),
                    withoutEffect("pad_to_multiple_of", Takes.ANYTHING, "nothing"),
                    withoutEffect(
                            "auto_map",
                            Takes.CODE,
                            "code of the folder, not run where tokenizer_class is a class of HF's own"),
                    refused(
                            "vocab_file",
                            Takes.ANYTHING,
                            "the path of another vocabulary, if there is no tokenizer.json",
                            "files outside the folder are not read; not looked at beside a"
                                    + " tokenizer.json"),
                    refused(
                            "merges_file",
                            Takes.ANYTHING,
                            "the path of other merges, if there is no tokenizer.json",
                            "as vocab_file, for GPT2Tokenizer"),
                    refused(
                            "tokenizer_file",
                            Takes.ANYTHING,
                            "the path of another tokenizer.json, if the folder has one",
                            "files outside the folder are not read; not looked at without a"
                                    + " tokenizer.json"),
                    refused(
                            "split_special_tokens",
                            Takes.FALSE,
                            "true: special tokens are cut into pieces like any text",
                            "the library that Shoal calls cannot do so"),
                    refused(
                            "from_slow",
                            Takes.FALSE,
                            "true: tokenizer.json is not read",
                            "remove tokenizer.json instead"),
                    refused(
                            "fix_mistral_regex",
                            Takes.FALSE,
                            "true: another pre-tokenizer, for models of another kind",
                            "there is no such GPT-2 model"),
                    refused(
                            "fast_tokenizer_files",
                            Takes.FILES,
                            "other files in place of tokenizer.json, by version of transformers",
                            "rename the file that 4.57.6 takes to tokenizer.json"),
                    refused(
                            "init_inputs",
                            Takes.EMPTY_LIST,
                            "fails unless it is empty",
                            "the same"),
                    refused(
                            "gguf_file",
                            Takes.NOTHING,
                            "a GGUF file as vocabulary",
                            "it is not read"),
                    refused(
                            "tokenizer_object",
                            Takes.NOTHING,
                            "fails unless it is null: a file holds no object",
                            "the same"),
                    refused(
                            "__slow_tokenizer",
                            Takes.NOTHING,
                            "fails unless it is null: a file holds no object",
                            "the same"));

    /**
     * Names of methods and arguments of HF's classes: a constructor that is given one of them fails
     * (PreTrainedTokenizerBase.__init__, "conflicts with the method").
     */
    private static final Set<String> METHODS =
            Set.of(
                    ("self _add_tokens _batch_encode_plus _batch_prepare_for_model _call_one"
                                    + " _convert_encoding _convert_id_to_token _convert_token_to_id"
                                    + " _convert_token_to_id_with_added_voc _create_repo _decode _encode_plus"
                                    + " _eventual_warn_about_too_long_sequence _eventually_correct_t5_max_length"
                                    + " _from_pretrained _get_files_timestamps _get_padding_truncation_strategies"
                                    + " _pad _patch_mistral_regex _save_pretrained"
                                    + " _set_model_specific_special_tokens _set_processor_class"
                                    + " _switch_to_input_mode _switch_to_target_mode _tokenize"
                                    + " _update_total_vocab_size _update_trie _upload_modified_files"
                                    + " add_special_tokens add_tokens apply_chat_template as_target_tokenizer"
                                    + " batch_decode batch_encode_plus bpe build_inputs_with_special_tokens"
                                    + " clean_up_tokenization convert_added_tokens convert_ids_to_tokens"
                                    + " convert_tokens_to_ids convert_tokens_to_string"
                                    + " create_token_type_ids_from_sequences decode encode"
                                    + " encode_message_with_chat_template encode_plus from_pretrained"
                                    + " get_added_vocab get_chat_template get_special_tokens_mask get_vocab"
                                    + " num_special_tokens_to_add pad prepare_for_model prepare_for_tokenization"
                                    + " prepare_seq2seq_batch push_to_hub register_for_auto_class"
                                    + " sanitize_special_tokens save_chat_templates save_pretrained"
                                    + " save_vocabulary set_truncation_and_padding slow_tokenizer_class tokenize"
                                    + " train_new_from_iterator truncate_sequences")
                            .split(" "));

    private static final Map<String, FileKey> BY_NAME = new LinkedHashMap<>();

    static {
        ALL.forEach(key -> BY_NAME.put(key.name(), key));
    }

    private ConfigKeys() {}

    static Optional<FileKey> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Whether HF's constructor fails on a key for its name alone. */
    static boolean isMethod(String name) {
        return METHODS.contains(name) || (name.startsWith("__") && name.endsWith("__"));
    }
}
