package shoal.model.checkpoint;

import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.ANYTHING;

import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyGroup;

/**
 * Keys of config.json that change nothing of what a classifier computes, at HF and here: read from
 * GPT2ForSequenceClassification (transformers 4.57.6, modeling_gpt2.py), which does not look at
 * them, and tried.
 */
final class IdleConfigKeys {
    private static final String SAME = "nothing either; kept in the result's config.json";
    private static final String OWN = "Shoal writes its own value into the result's config.json";
    private static final String HEADS = "the language model with two heads reads it";
    private static final String ATTRIBUTE = "GPT-2's code has no use for it";

    private IdleConfigKeys() {}

    static final KeyGroup IDLE =
            new KeyGroup(
                    "Without effect on a classifier",
                    List.of(
                            key("summary_type", "cls_index", HEADS, SAME),
                            key("summary_use_proj", "true", HEADS, SAME),
                            key("summary_activation", "null", HEADS, SAME),
                            key("summary_proj_to_labels", "true", HEADS, SAME),
                            key("summary_first_dropout", "0.1", HEADS, SAME),
                            key(
                                    "use_cache",
                                    "true",
                                    "keeps keys and values to generate text",
                                    SAME),
                            key("bos_token_id", "50256", "generating text reads it", SAME),
                            key("eos_token_id", "50256", "generating text reads it", SAME),
                            key("sep_token_id", "null", ATTRIBUTE, SAME),
                            key("decoder_start_token_id", "null", ATTRIBUTE, SAME),
                            key(
                                    "reorder_and_upcast_attn",
                                    "false",
                                    "\"eager\" attention computes its scores in fp32",
                                    "all is computed in fp32: the same function"),
                            key(
                                    "add_cross_attention",
                                    "false",
                                    "layers that look at an encoder's output, which a classifier"
                                            + " has not",
                                    "such weights are left out of the result, which says false"),
                            key("is_decoder", "false", ATTRIBUTE, SAME),
                            key("is_encoder_decoder", "false", ATTRIBUTE, SAME),
                            key("cross_attention_hidden_size", "null", ATTRIBUTE, SAME),
                            key("tie_encoder_decoder", "false", ATTRIBUTE, SAME),
                            key("chunk_size_feed_forward", "0", ATTRIBUTE, SAME),
                            key("tie_word_embeddings", "true", "the language model's head", SAME),
                            key("output_hidden_states", "false", "what else is returned", SAME),
                            key("output_attentions", "false", "what else is returned", SAME),
                            key("_output_attentions", "false", "what else is returned", SAME),
                            key("return_dict", "true", "how it is returned", SAME),
                            key("torchscript", "false", "how it is returned", SAME),
                            key("gradient_checkpointing", "false", "memory, not the result", SAME),
                            key(
                                            "dtype",
                                            "null",
                                            "the type that the weights had; they are loaded in"
                                                    + " fp32",
                                            "the same; the result says float32")
                                    .or("torch_dtype"),
                            key("architectures", "null", "the class that saved the folder", OWN),
                            key("transformers_version", "null", "the version that saved it", OWN),
                            key("_name_or_path", "null", "where it was loaded from", "left out")
                                    .or("name_or_path"),
                            key("_commit_hash", "null", "the same on the hub", SAME),
                            key("_num_labels", "null", ATTRIBUTE, SAME),
                            key(
                                    "attn_implementation",
                                    "null",
                                    "loading overwrites it; _attn_implementation is read",
                                    SAME),
                            key(
                                    "auto_map",
                                    "null",
                                    "code of the folder, run where trust_remote_code is set",
                                    "code of a folder is never run"),
                            key("custom_pipelines", "null", "the same", "never run"),
                            key("finetuning_task", "null", "a note for people", SAME),
                            key(
                                    "task_specific_params",
                                    "null",
                                    "a pipeline of the task reads it",
                                    SAME),
                            key(
                                    "tokenizer_class",
                                    "null",
                                    "which tokenizer, where the tokenizer's files do not say",
                                    "the tokenizer's files say it"),
                            key("text_encoder", "null", ATTRIBUTE, SAME),
                            key("prefix", "null", "generating text reads it", SAME),
                            key("tf_legacy_loss", "false", "TensorFlow models read it", SAME),
                            key("use_bfloat16", "false", "TensorFlow models read it", SAME),
                            key("xla_device", "null", "old versions read it", SAME),
                            key("output_past", "null", "old versions read it", SAME),
                            key("n_special", "null", "old versions read it", SAME),
                            key("predict_special_tokens", "null", "old versions read it", SAME),
                            key("eos_token_ids", "null", "old versions read it", SAME),
                            key("is_composition", "null", ATTRIBUTE, SAME),
                            key("keys_to_ignore_at_inference", "null", ATTRIBUTE, SAME),
                            key("has_no_defaults_at_init", "null", ATTRIBUTE, SAME),
                            key("base_config_key", "null", ATTRIBUTE, SAME),
                            key("base_model_tp_plan", "null", "splits a model for GPUs", SAME),
                            key("base_model_pp_plan", "null", "splits a model for GPUs", SAME),
                            key("base_model_ep_plan", "null", "splits a model for GPUs", SAME),
                            key(
                                    "n_ctx",
                                    "null",
                                    "an old name of n_positions that is not read any more",
                                    "a notice where it says otherwise than n_positions")));

    /** _get_global_generation_defaults of 4.57.6, and what later versions have added. */
    static final KeyGroup GENERATION =
            new KeyGroup(
                    "Without effect: they generate text",
                    Stream.of(
                                    "max_length",
                                    "min_length",
                                    "do_sample",
                                    "early_stopping",
                                    "num_beams",
                                    "temperature",
                                    "top_k",
                                    "top_p",
                                    "typical_p",
                                    "repetition_penalty",
                                    "length_penalty",
                                    "no_repeat_ngram_size",
                                    "encoder_no_repeat_ngram_size",
                                    "bad_words_ids",
                                    "num_return_sequences",
                                    "output_scores",
                                    "return_dict_in_generate",
                                    "forced_bos_token_id",
                                    "forced_eos_token_id",
                                    "remove_invalid_values",
                                    "exponential_decay_length_penalty",
                                    "suppress_tokens",
                                    "begin_suppress_tokens",
                                    "num_beam_groups",
                                    "diversity_penalty",
                                    "max_new_tokens",
                                    "min_new_tokens",
                                    "min_p",
                                    "penalty_alpha",
                                    "epsilon_cutoff",
                                    "eta_cutoff",
                                    "guidance_scale",
                                    "renormalize_logits",
                                    "stop_strings",
                                    "cache_implementation",
                                    "generation_config")
                            .map(name -> key(name, "null", "generating text reads it", SAME))
                            .toList());

    /** Keys that look as if they meant something: a notice says what GPT-2 reads. */
    static final KeyGroup OTHERS =
            new KeyGroup(
                    "Names of other models, without effect, with a notice",
                    List.of(
                            other("hidden_act", "activation_function"),
                            other("hidden_activation", "activation_function"),
                            other("activation", "activation_function"),
                            other("activation_fn", "activation_function"),
                            other("afn", "activation_function"),
                            other("intermediate_size", "n_inner"),
                            other("ffn_dim", "n_inner"),
                            other("d_ff", "n_inner"),
                            other("n_heads", "n_head"),
                            other("num_heads", "n_head"),
                            other("nhead", "n_head"),
                            other("n_layers", "n_layer"),
                            other("num_layers", "n_layer"),
                            other("d_model", "n_embd"),
                            other("dim", "n_embd"),
                            other("n_embed", "n_embd"),
                            other("embed_dim", "n_embd"),
                            other("block_size", "n_positions"),
                            other("seq_length", "n_positions"),
                            other("max_seq_len", "n_positions"),
                            other("max_seq_length", "n_positions"),
                            other("hidden_dropout_prob", "resid_pdrop and embd_pdrop"),
                            other("hidden_dropout", "resid_pdrop and embd_pdrop"),
                            other("dropout", "resid_pdrop, embd_pdrop and attn_pdrop"),
                            other("resid_dropout", "resid_pdrop"),
                            other("embd_dropout", "embd_pdrop"),
                            other("attention_probs_dropout_prob", "attn_pdrop"),
                            other("attention_dropout", "attn_pdrop"),
                            other("attn_dropout", "attn_pdrop"),
                            other("classifier_dropout", "no such dropout"),
                            other("layer_norm_eps", "layer_norm_epsilon"),
                            other("norm_eps", "layer_norm_epsilon"),
                            other("rms_norm_eps", "layer_norm_epsilon"),
                            other("init_std", "initializer_range"),
                            other("initializer_factor", "initializer_range"),
                            other("type_vocab_size", "no token types"),
                            other("position_embedding_type", "learned positions only"),
                            other("rope_scaling", "learned positions only"),
                            other("rope_theta", "learned positions only"),
                            other("rope_parameters", "learned positions only"),
                            other("rotary_dim", "learned positions only"),
                            other("sliding_window", "no window: a token sees all before it"),
                            other("window_size", "no window: a token sees all before it"),
                            other("layer_types", "layers of one kind"),
                            other("attention_layers", "layers of one kind"),
                            other("attention_types", "layers of one kind"),
                            other("num_key_value_heads", "n_head"),
                            other("head_dim", "n_embd and n_head"),
                            other("multi_query", "n_head"),
                            other("scale_attention_softmax_in_fp32", "no such switch"),
                            other("attention_softmax_in_fp32", "no such switch")));

    private static Key key(String name, String defaultWord, String upstream, String here) {
        return withoutEffect(name, ANYTHING, defaultWord, upstream, here);
    }

    private static Key other(String name, String read) {
        return key(name, "null", "not read by GPT-2", "GPT-2 reads " + read);
    }
}
