package shoal.recipe.request;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Types.TEXT_OR_NULL;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.whole;

import java.util.ArrayList;
import java.util.List;
import shoal.recipe.Limits;
import shoal.recipe.huggingface.TrainingArguments;
import shoal.recipe.key.Key;
import shoal.recipe.key.KeyTable;
import shoal.recipe.key.ValueType;

/** The names that are not HF's: those of the usual training script, and Shoal's own. */
public final class OwnArguments {
    private static final String SCRIPT = "an argument of the training script, not of HF";
    private static final String NONE = "there is none";

    /** Shoal's own names. */
    public static final KeyTable TABLE =
            new KeyTable(
                    List.of(
                            honoured(
                                    "train_args_file",
                                    TEXT_OR_NULL,
                                    "null",
                                    SCRIPT,
                                    "a JSON file of training arguments; flags win over it"),
                            honoured(
                                    "train_file",
                                    TEXT_OR_NULL,
                                    "null",
                                    SCRIPT,
                                    "rows to train on: label, tab, text"),
                            honoured(
                                    "eval_file",
                                    TEXT_OR_NULL,
                                    "null",
                                    SCRIPT,
                                    "rows to evaluate on"),
                            honoured(
                                    "pretrained_model_name_or_path",
                                    TEXT_OR_NULL,
                                    "null",
                                    SCRIPT,
                                    "the model folder to start from, or a name in HF's cache"),
                            honoured(
                                    "max_seq_length",
                                    whole(1),
                                    "128",
                                    SCRIPT,
                                    "tokens of a row that are read"),
                            honoured(
                                    "num_labels",
                                    new ValueType.Whole(0, Limits.LABELS),
                                    "0",
                                    SCRIPT,
                                    "classes; 0: as many as the data has"),
                            honoured(
                                    "early_stopping_patience",
                                    whole(0),
                                    "0",
                                    "an argument of HF's EarlyStoppingCallback",
                                    "the same: evaluations without a better one after which the"
                                            + " run stops; 0: it never does"),
                            honoured(
                                    "early_stopping_threshold",
                                    number(0, 1e9),
                                    "0.0",
                                    "an argument of HF's EarlyStoppingCallback"),
                            honoured(
                                    "workers",
                                    new ValueType.Range(Limits.RANKS),
                                    "1",
                                    "processes of the launcher",
                                    "worker processes, or the least and the most: a run starts with"
                                            + " the most, or seconds later with the least; never"
                                            + " changes the result"),
                            honoured(
                                    "worker_wait",
                                    new ValueType.Whole(1, 31_536_000),
                                    "600",
                                    NONE,
                                    "seconds that a run waits for as many workers as it needs before"
                                            + " it fails"),
                            honoured(
                                    "ranks",
                                    new ValueType.OrNull(new ValueType.Whole(1, Limits.RANKS)),
                                    "null",
                                    "the world size",
                                    "logical ranks, part of the result; else as many as workers, the"
                                            + " most of them; no fewer than workers"),
                            honoured(
                                    "slices",
                                    new ValueType.OrNull(new ValueType.Whole(1, Limits.SLICES)),
                                    "null",
                                    NONE,
                                    "parts of a micro-batch, part of the result; else a quarter of"
                                            + " per_device_train_batch_size, from 1 to 8"),
                            honoured(
                                    "lanes",
                                    new ValueType.Whole(0, Limits.LANES),
                                    "0",
                                    NONE,
                                    "compute threads of a worker; 0: all usable cores; never"
                                            + " changes the result")));

    /** Shoal's own names and HF's. */
    static final KeyTable ALL = all();

    private OwnArguments() {}

    private static KeyTable all() {
        List<Key> keys = new ArrayList<>(TABLE.keys());
        keys.addAll(TrainingArguments.TABLE.keys());
        return new KeyTable(keys);
    }
}
