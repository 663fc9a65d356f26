package shoal.model.checkpoint;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Types.ANYTHING;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.orNull;

import java.util.List;
import java.util.stream.Stream;
import shoal.model.Activation;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyGroup;
import shoal.recipe.key.KeyTable;
import shoal.recipe.key.ValueType;

/**
 * Every key of a GPT-2 model's config.json: GPT2Config, PretrainedConfig (transformers 4.57.6,
 * configuration_gpt2.py and configuration_utils.py) and what older, later and other programs write
 * into the same file.
 */
final class ConfigKeys {
    private static final ValueType WHOLE = new ValueType.Whole(Long.MIN_VALUE, Integer.MAX_VALUE);
    private static final ValueType FRACTION = number(0, 1);
    static final String SINGLE_LABEL = "single_label_classification";
    private static final String TRUTH = "; any value of Python that is true counts as true";
    private static final String EAGER =
            "the same: with _attn_implementation \"eager\" it is computed; without, a notice says"
                    + " that HF's default attention takes no notice of it";

    private ConfigKeys() {}

    private static final KeyGroup SHAPE =
            new KeyGroup(
                    "The shape of the model",
                    List.of(
                            whole("vocab_size", 1 << 24, "50257", "rows of the token embedding"),
                            whole("n_positions", 1 << 20, "1024", "rows of the position embedding")
                                    .or("max_position_embeddings"),
                            whole("n_embd", 1 << 16, "768", "width of a layer").or("hidden_size"),
                            whole("n_layer", 1_000, "12", "layers").or("num_hidden_layers"),
                            whole("n_head", 1 << 16, "12", "heads of attention; divides n_embd")
                                    .or("num_attention_heads"),
                            honoured(
                                    "n_inner",
                                    orNull(new ValueType.Whole(1, 1 << 18)),
                                    "null",
                                    "width of the MLP; null: four times n_embd")));

    private static final KeyGroup ARITHMETIC =
            new KeyGroup(
                    "What a layer computes",
                    List.of(
                            honoured(
                                    "activation_function",
                                    oneOf(Activation.allNames().toArray(String[]::new)),
                                    "gelu_new",
                                    "the function between the two products of the MLP; \"prelu\""
                                            + " and \"xielu\" as well",
                                    "the same; those two have parameters of their own and are"
                                            + " refused"),
                            honoured(
                                    "scale_attn_weights",
                                    ANYTHING,
                                    "true",
                                    "\"eager\" attention divides scores by the root of a head's"
                                            + " width"
                                            + TRUTH,
                                    EAGER),
                            honoured(
                                    "scale_attn_by_inverse_layer_idx",
                                    ANYTHING,
                                    "false",
                                    "\"eager\" attention divides scores by the layer's number as"
                                            + " well"
                                            + TRUTH,
                                    EAGER),
                            honoured(
                                            "_attn_implementation",
                                            orNull(oneOf("sdpa", "eager")),
                                            "null",
                                            "which code computes attention: \"sdpa\" if nobody"
                                                    + " says; the later one of the two names wins."
                                                    + " Others need a GPU",
                                            "says whether scores are scaled as the two keys above"
                                                    + " say; nothing else depends on it")
                                    .or("_attn_implementation_internal"),
                            honoured(
                                    "layer_norm_epsilon",
                                    number(0, 1e6),
                                    "1e-5",
                                    "keeps LayerNorm from dividing by zero"),
                            dropout("embd_pdrop", "of the embeddings"),
                            dropout("attn_pdrop", "of attention's probabilities"),
                            dropout("resid_pdrop", "after attention and after the MLP"),
                            honoured(
                                    "initializer_range",
                                    number(0, 1e3),
                                    "0.02",
                                    "standard deviation of new weights: of the score head, where"
                                            + " the folder has none")));

    private static final KeyGroup CLASSES =
            new KeyGroup(
                    "Classes and tokens",
                    List.of(
                            honoured(
                                    "num_labels",
                                    ANYTHING,
                                    "null",
                                    "classes, where there is no id2label; 2 if nobody says",
                                    "the same; the classes of the data win where there is no score"
                                            + " head, with a notice"),
                            honoured(
                                    "id2label",
                                    ANYTHING,
                                    "null",
                                    "an object of names by class; their number is the number of"
                                            + " classes",
                                    "the same; names that do not fit the classes become LABEL_0 and"
                                            + " so on"),
                            honoured(
                                    "label2id",
                                    ANYTHING,
                                    "null",
                                    "an object, the other way round; the model does not read it",
                                    "written anew from id2label"),
                            honoured(
                                    "problem_type",
                                    orNull(
                                            oneOf(
                                                    SINGLE_LABEL,
                                                    "regression",
                                                    "multi_label_classification")),
                                    "null",
                                    "\"regression\" and \"multi_label_classification\" have other"
                                            + " losses; null: one right class of several",
                                    "one right class of at least two; the others are refused"),
                            honoured(
                                    "pad_token_id",
                                    orNull(WHOLE),
                                    "null",
                                    "the score of a text is its last token's that differs from it;"
                                            + " null: its last token's, one text at a time",
                                    "the same, in batches too: rows are not padded here, so a"
                                            + " number outside of the vocabulary means the last token."
                                            + " null: the tokenizer's padding token; train refuses a"
                                            + " model without any, for more than one row at a time, as"
                                            + " HF does"),
                            honoured(
                                    "model_type",
                                    ANYTHING,
                                    "gpt2",
                                    "which class reads the folder",
                                    "\"gpt2\", or nothing as in old folders; others are refused")));

    private static final KeyGroup REFUSED =
            new KeyGroup(
                    "Refused when set",
                    List.of(
                            refused(
                                            "pruned_heads",
                                            ANYTHING,
                                            "null",
                                            "heads that were cut out of layers, which are narrower"
                                                    + " then",
                                            "all layers here have the same heads. Start from the"
                                                    + " model before it was pruned.")
                                    .accepting("{}"),
                            refused(
                                    "quantization_config",
                                    ANYTHING,
                                    "null",
                                    "how the weights are packed into few bits, read by libraries"
                                            + " for GPUs",
                                    "weights that are packed into few bits are not read. Save the"
                                            + " model in fp32, fp16 or bf16 (model.dequantize())."),
                            refused(
                                    "transformers_weights",
                                    ANYTHING,
                                    "null",
                                    "another name of the weights' file",
                                    "weights are read from model.safetensors or pytorch_model.bin."
                                            + " Rename the file and remove the key."),
                            refused(
                                            "configuration_files",
                                            ANYTHING,
                                            "null",
                                            "names files that are read in place of this one, by"
                                                    + " version",
                                            "only config.json is read. Copy the file for your"
                                                    + " version over it and remove the key.")
                                    .accepting("config.json", ""),
                            never("use_return_dict", "a property that nobody can set: an error"),
                            never("sub_configs", "read as classes of its parts: an error"),
                            never("attribute_map", "would rename keys: an error"),
                            never("text_config", "taken for a part of a larger model: an error"),
                            never("decoder", "taken for a part of a larger model: an error"),
                            never("generator", "taken for a part of a larger model: an error")));

    /** The keys in groups, as docs/model-config.md lists them. */
    static final List<KeyGroup> GROUPS =
            List.of(
                    SHAPE,
                    ARITHMETIC,
                    CLASSES,
                    REFUSED,
                    IdleConfigKeys.IDLE,
                    IdleConfigKeys.GENERATION,
                    IdleConfigKeys.OTHERS);

    static final KeyTable TABLE = KeyTable.of(GROUPS);

    /** Whether HF gives the key's second name the last word. */
    static boolean isShape(Key key) {
        return SHAPE.keys().contains(key);
    }

    /** Names that somebody who misspells one may have meant. */
    static List<String> computedNames() {
        return Stream.of(SHAPE, ARITHMETIC, CLASSES)
                .flatMap(group -> group.keys().stream())
                .flatMap(key -> Stream.concat(Stream.of(key.name()), key.aliases().stream()))
                .toList();
    }

    private static Key whole(String name, int most, String defaultWord, String upstream) {
        return honoured(name, new ValueType.Whole(1, most), defaultWord, upstream);
    }

    private static Key dropout(String name, String upstream) {
        return honoured(name, FRACTION, "0.1", "dropout " + upstream);
    }

    private static Key never(String name, String upstream) {
        return refused(
                name, ANYTHING, "null", upstream, "HF refuses this key in GPT-2. Remove it.");
    }
}
