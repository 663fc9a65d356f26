package shoal.recipe.huggingface;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.FLAG_OR_NULL;
import static shoal.recipe.key.Types.TEXT;
import static shoal.recipe.key.Types.TEXTS_OR_NULL;
import static shoal.recipe.key.Types.TEXT_OR_NULL;
import static shoal.recipe.key.Types.either;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.orNull;
import static shoal.recipe.key.Types.whole;
import static shoal.recipe.key.Types.wholeOrNull;

import java.util.List;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/** Names that decide what happens when, and what is kept: evaluation, logging, saving. */
final class CadenceKeys {
    private static final ValueType STEPS = number(0, Integer.MAX_VALUE);

    private CadenceKeys() {}

    static final List<Key> EVALUATION =
            List.of(
                    honoured(
                                    "eval_strategy",
                                    oneOf("no", "steps", "epoch"),
                                    "no",
                                    "when to evaluate; without an evaluation set it is an error")
                            .or("evaluation_strategy"),
                    honoured(
                            "eval_steps",
                            orNull(STEPS),
                            "null",
                            "steps between evaluations; below 1 a share of all steps; else"
                                    + " logging_steps"),
                    honoured(
                            "eval_delay",
                            number(0, Integer.MAX_VALUE),
                            "0",
                            "steps or epochs before the first evaluation"),
                    honoured(
                            "eval_on_start",
                            FLAG,
                            "false",
                            "evaluates before the first step",
                            "the same; not again when a run is resumed"),
                    refused(
                            "prediction_loss_only",
                            FLAG,
                            "false",
                            "evaluates the loss without other metrics",
                            "accuracy, precision, recall and f1 are always computed. Set it to false"),
                    withoutEffect(
                            "eval_accumulation_steps",
                            wholeOrNull(1),
                            "null",
                            "moves predictions off the device now and then",
                            "only counts and losses are kept, never predictions"),
                    withoutEffect(
                            "batch_eval_metrics",
                            FLAG,
                            "false",
                            "computes metrics batch by batch",
                            "metrics are counted as batches are done, with the same result"),
                    withoutEffect(
                            "eval_do_concat_batches",
                            FLAG,
                            "true",
                            "whether predictions are given to metrics as one list",
                            "metrics are built in"),
                    withoutEffect(
                            "eval_use_gather_object",
                            FLAG,
                            "false",
                            "gathers nested predictions from all devices",
                            "metrics are built in"),
                    withoutEffect(
                            "include_for_metrics",
                            TEXTS_OR_NULL,
                            "null",
                            "what else is given to a metrics function",
                            "metrics are built in"),
                    withoutEffect(
                            "include_inputs_for_metrics",
                            FLAG,
                            "false",
                            "gives inputs to a metrics function",
                            "metrics are built in"),
                    withoutEffect(
                            "use_legacy_prediction_loop",
                            FLAG,
                            "false",
                            "an older evaluation loop with the same result",
                            "there is one evaluation loop"),
                    withoutEffect(
                            "label_names",
                            TEXTS_OR_NULL,
                            "null",
                            "columns that hold labels",
                            "the label is the text before the first tab"));

    static final List<Key> LOGGING =
            List.of(
                    honoured(
                            "logging_strategy",
                            oneOf("no", "steps", "epoch"),
                            "steps",
                            "when to log"),
                    honoured(
                            "logging_steps",
                            STEPS,
                            "500",
                            "steps between log rows; below 1 a share of all steps"),
                    honoured("logging_first_step", FLAG, "false", "also logs the first step"),
                    withoutEffect(
                            "logging_nan_inf_filter",
                            FLAG,
                            "true",
                            "leaves losses that are not finite out of the mean",
                            "such a loss stops the run and is named"),
                    withoutEffect(
                            "logging_dir",
                            TEXT_OR_NULL,
                            "null",
                            "the folder of TensorBoard files",
                            "trainer_state.json in output_dir holds the log"),
                    withoutEffect(
                            "log_level",
                            oneOf(
                                    "detail",
                                    "debug",
                                    "info",
                                    "warning",
                                    "error",
                                    "critical",
                                    "passive"),
                            "passive",
                            "how much the library logs",
                            "the command line has its own options"),
                    withoutEffect(
                            "log_level_replica",
                            oneOf(
                                    "detail",
                                    "debug",
                                    "info",
                                    "warning",
                                    "error",
                                    "critical",
                                    "passive"),
                            "warning",
                            "how much other processes log",
                            "the command line has its own options"),
                    withoutEffect(
                            "log_on_each_node",
                            FLAG,
                            "true",
                            "logs on every machine",
                            "the command that follows the run logs"),
                    withoutEffect(
                            "disable_tqdm",
                            FLAG_OR_NULL,
                            "null",
                            "hides the progress bar",
                            "the bar is only drawn on a terminal"),
                    withoutEffect(
                            "include_tokens_per_second",
                            FLAG,
                            "false",
                            "logs tokens per second",
                            "the final table has the speed"),
                    withoutEffect(
                            "include_num_input_tokens_seen",
                            either(FLAG, oneOf("no", "all", "non_padding")),
                            "no",
                            "logs how many tokens were read",
                            "log rows have HF's other fields"));

    static final List<Key> SAVING =
            List.of(
                    honoured(
                            "output_dir",
                            TEXT,
                            "trainer_output",
                            "the folder of checkpoints",
                            "the folder of the final model and of checkpoints"),
                    withoutEffect(
                            "overwrite_output_dir",
                            FLAG,
                            "false",
                            "read by example scripts, not by the Trainer",
                            "files of the same names are replaced, as by the Trainer"),
                    honoured(
                            "save_strategy",
                            oneOf("no", "steps", "epoch", "best"),
                            "steps",
                            "when to save a checkpoint",
                            "the same; a checkpoint holds all that a run needs to go on"),
                    honoured(
                            "save_steps",
                            STEPS,
                            "500",
                            "steps between checkpoints; below 1 a share of all steps"),
                    honoured(
                            "save_total_limit",
                            wholeOrNull(0),
                            "null",
                            "checkpoints kept; 0 or null: all",
                            "the same; the newest one and the best one are never removed"),
                    honoured(
                            "load_best_model_at_end",
                            FLAG,
                            "false",
                            "ends with the model of the best evaluation",
                            "the same, also with save_strategy \"best\""),
                    honoured(
                            "metric_for_best_model",
                            TEXT_OR_NULL,
                            "null",
                            "which metric decides what is best; else the loss",
                            "loss, accuracy, precision, recall or f1"),
                    honoured(
                            "greater_is_better",
                            FLAG_OR_NULL,
                            "null",
                            "the direction of the metric; else by its name ending in \"loss\""),
                    honoured(
                            "save_only_model",
                            FLAG,
                            "false",
                            "leaves the optimizer out of checkpoints",
                            "the same: no run goes on from one, and one that loses a worker begins"
                                    + " anew"),
                    withoutEffect(
                            "save_safetensors",
                            FLAG,
                            "true",
                            "safetensors files, else pickles",
                            "safetensors files are written, which HF reads without being told"),
                    withoutEffect(
                            "save_on_each_node",
                            FLAG,
                            "false",
                            "saves on every machine",
                            "results lie at the coordinator"),
                    honoured(
                            "resume_from_checkpoint",
                            either(FLAG, TEXT_OR_NULL),
                            "null",
                            "read by example scripts, which pass it to train()",
                            "a checkpoint folder, or true for the newest one in output_dir; the"
                                    + " result is the same as without the stop"),
                    honoured(
                            "ignore_data_skip",
                            FLAG,
                            "false",
                            "a resumed run starts its epoch's rows again"),
                    withoutEffect(
                            "restore_callback_states_from_checkpoint",
                            FLAG,
                            "false",
                            "restores the state of callbacks",
                            "a resumed run is always restored completely"),
                    withoutEffect(
                            "enable_jit_checkpoint",
                            FLAG,
                            "false",
                            "saves a checkpoint when the process is told to end",
                            "a run that is stopped goes on from its last checkpoint"),
                    withoutEffect(
                            "do_train",
                            FLAG,
                            "false",
                            "read by example scripts, not by the Trainer",
                            "the verb of the command says what to do"),
                    withoutEffect(
                            "do_eval",
                            FLAG,
                            "false",
                            "read by example scripts, not by the Trainer",
                            "an evaluation file and eval_strategy say what to do"),
                    withoutEffect(
                            "do_predict",
                            FLAG,
                            "false",
                            "read by example scripts, not by the Trainer",
                            "predict is a verb of its own"));

    static final List<Key> LANGUAGE =
            List.of(
                    withoutEffect(
                            "past_index",
                            whole(-1),
                            "-1",
                            "feeds past states of some language models back in",
                            "a classifier has none"),
                    withoutEffect(
                            "use_cache",
                            FLAG,
                            "false",
                            "keeps keys and values of generation",
                            "a classifier does not generate"),
                    withoutEffect(
                            "remove_unused_columns",
                            FLAG_OR_NULL,
                            "true",
                            "drops columns that the model does not read",
                            "rows have a label and a text"));
}
