package shoal.recipe.huggingface;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.FLAG_OR_NULL;
import static shoal.recipe.key.Types.TEXTS_OR_NULL;
import static shoal.recipe.key.Types.TEXT_OR_NULL;
import static shoal.recipe.key.Types.TREE_OR_NULL;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.orNull;
import static shoal.recipe.key.Types.whole;
import static shoal.recipe.key.Types.wholeOrNull;

import java.util.List;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/** Names that decide the arithmetic of a run: batches, optimizer, schedule, precision, seeds. */
final class LearningKeys {
    /** numpy's seed, which HF's set_seed sets too, holds 32 bits. */
    private static final ValueType SEED = new ValueType.Whole(0, (1L << 32) - 1);

    private LearningKeys() {}

    static final List<Key> BATCHES =
            List.of(
                    honoured(
                                    "per_device_train_batch_size",
                                    whole(1),
                                    "8",
                                    "rows of one micro-batch on each device",
                                    "rows of one micro-batch of each logical rank")
                            .or("per_gpu_train_batch_size"),
                    honoured(
                                    "per_device_eval_batch_size",
                                    whole(1),
                                    "8",
                                    "rows of one evaluation batch on each device",
                                    "the same; eval_loss is the mean over rows, as HF's")
                            .or("per_gpu_eval_batch_size"),
                    honoured(
                            "gradient_accumulation_steps",
                            whole(1),
                            "1",
                            "micro-batches whose gradients add up before an update"),
                    honoured(
                            "dataloader_drop_last",
                            FLAG,
                            "false",
                            "drops the last, short batch of an epoch, in evaluation too",
                            "drops it in training; an evaluation reads every row"),
                    refused(
                            "auto_find_batch_size",
                            FLAG,
                            "false",
                            "halves the batch size when memory runs out",
                            "the batch size is part of the result, so it is never changed silently."
                                    + " Set it to false and choose per_device_train_batch_size"),
                    honoured("num_train_epochs", number(Double.MIN_VALUE, 1e6), "3.0", "epochs"),
                    honoured(
                            "max_steps",
                            whole(-1),
                            "-1",
                            "steps; when above 0, num_train_epochs is not used"));

    static final List<Key> OPTIMIZER =
            List.of(
                    honoured("learning_rate", number(0, 1e6), "5e-5", "the peak learning rate"),
                    honoured(
                            "weight_decay",
                            number(0, 1e6),
                            "0.0",
                            "AdamW's decay, of all but biases and LayerNorms"),
                    honoured(
                            "adam_beta1",
                            number(0, Math.nextDown(1.0)),
                            "0.9",
                            "decay of AdamW's first moment"),
                    honoured(
                            "adam_beta2",
                            number(0, Math.nextDown(1.0)),
                            "0.999",
                            "decay of AdamW's second moment"),
                    honoured("adam_epsilon", number(0, 1e6), "1e-8", "AdamW's epsilon"),
                    honoured(
                            "max_grad_norm",
                            orNull(number(0, 1e9)),
                            "1.0",
                            "largest norm of the gradient; 0 or null: not clipped",
                            "the same; a norm that is not finite stops the run, HF goes on"),
                    honoured(
                            "optim",
                            oneOf(Optimizers.NAMES),
                            "adamw_torch",
                            "the update rule (adamw_hf before 4.47, adamw_torch_fused from torch 2.8)",
                            "adamw_torch, and adamw_torch_fused, adamw_torch_xla,"
                                    + " adamw_torch_npu_fused and adamw_apex_fused, which are one"
                                    + " rule; adamw_hf and paged_adamw_32bit, which decay after the"
                                    + " step; others are refused by name"),
                    refused(
                            "optim_args",
                            TEXT_OR_NULL,
                            "null",
                            "arguments of optimizers such as GaLore",
                            "AdamW has no arguments of this kind. Remove it"),
                    refused(
                            "optim_target_modules",
                            TEXTS_OR_NULL,
                            "null",
                            "modules that GaLore or APOLLO project",
                            "AdamW updates all parameters alike. Remove it"),
                    refused(
                            "adafactor",
                            FLAG,
                            "false",
                            "the older spelling of optim=adafactor",
                            "Adafactor is not supported. Set it to false; AdamW is used"),
                    honoured(
                            "label_smoothing_factor",
                            number(0, Math.nextDown(1.0)),
                            "0.0",
                            "share of the loss spread evenly over all labels"),
                    refused(
                            "neftune_noise_alpha",
                            orNull(number(0, 1e6)),
                            "null",
                            "adds noise to the embeddings in training",
                            "noise on embeddings is not supported. Remove it"));

    static final List<Key> SCHEDULE =
            List.of(
                    honoured(
                            "lr_scheduler_type",
                            oneOf(Schedules.NAMES),
                            "linear",
                            "the learning rate as a function of the step",
                            "the same; reduce_lr_on_plateau and greedy, which follow a metric, are"
                                    + " refused"),
                    honoured(
                            "lr_scheduler_kwargs",
                            TREE_OR_NULL,
                            "null",
                            "arguments of the schedule",
                            "the same; a name that the schedule does not have is refused"),
                    honoured(
                            "warmup_ratio",
                            orNull(number(0, 1)),
                            "0.0",
                            "share of all steps in which the rate rises; not used when warmup_steps"
                                    + " is above 0"),
                    honoured(
                            "warmup_steps",
                            number(0, Integer.MAX_VALUE),
                            "0",
                            "steps in which the rate rises; in 5.x, a value below 1 is a share of all"
                                    + " steps"));

    static final List<Key> ORDER =
            List.of(
                    honoured(
                            "seed",
                            SEED,
                            "42",
                            "seed of weights, dropout and row order",
                            "the same for a new score head and row order; dropout is drawn from it by"
                                    + " another rule, which does not depend on the number of workers"),
                    honoured("data_seed", orNull(SEED), "null", "seed of the row order, else seed"),
                    honoured(
                            "train_sampling_strategy",
                            oneOf("random", "sequential", "group_by_length"),
                            "random",
                            "the order of training rows"),
                    honoured(
                            "group_by_length",
                            FLAG,
                            "false",
                            "the older spelling of train_sampling_strategy=group_by_length"),
                    withoutEffect(
                            "length_column_name",
                            TEXT_OR_NULL,
                            "length",
                            "a column with lengths, for group_by_length",
                            "lengths are those of the tokenized rows"),
                    withoutEffect(
                            "full_determinism",
                            FLAG,
                            "false",
                            "chooses deterministic kernels",
                            "a run's bits never depend on anything but its recipe"));

    static final List<Key> PRECISION =
            List.of(
                    refused("bf16", FLAG, "false", "bfloat16 mixed precision", Precision.BF16),
                    refused("fp16", FLAG, "false", "float16 mixed precision", Precision.FP16),
                    refused(
                            "bf16_full_eval",
                            FLAG,
                            "false",
                            "evaluates in bfloat16",
                            Precision.BF16),
                    refused(
                            "fp16_full_eval",
                            FLAG,
                            "false",
                            "evaluates in float16",
                            Precision.FP16),
                    withoutEffect(
                            "fp16_opt_level",
                            TEXT_OR_NULL,
                            "O1",
                            "the level of apex's mixed precision",
                            Precision.ONLY_WITH_FP16),
                    withoutEffect(
                            "half_precision_backend",
                            oneOf("auto", "cuda_amp", "cpu_amp", "apex"),
                            "auto",
                            "who computes mixed precision",
                            Precision.ONLY_WITH_FP16),
                    withoutEffect(
                            "fp16_backend",
                            oneOf("auto", "cuda_amp", "cpu_amp", "apex", "amp"),
                            "auto",
                            "the older spelling of half_precision_backend",
                            Precision.ONLY_WITH_FP16),
                    withoutEffect(
                            "tf32",
                            FLAG_OR_NULL,
                            "null",
                            "allows TF32 products on NVIDIA GPUs",
                            "products are computed in fp32"),
                    honoured(
                                    "activation_checkpointing",
                                    FLAG_OR_NULL,
                                    "false",
                                    "computes activations again in backward to save memory",
                                    "the same: only each layer's input is kept; not a bit of the"
                                            + " result changes")
                            .or("gradient_checkpointing"),
                    withoutEffect(
                                    "activation_checkpointing_kwargs",
                                    TREE_OR_NULL,
                                    "null",
                                    "arguments of activation checkpointing",
                                    "how PyTorch would compute them again")
                            .or("gradient_checkpointing_kwargs"),
                    withoutEffect(
                            "average_tokens_across_devices",
                            FLAG,
                            "true",
                            "token counts of language models, averaged over devices",
                            "a classifier's loss is a mean over rows"),
                    withoutEffect(
                            "torch_empty_cache_steps",
                            wholeOrNull(1),
                            "null",
                            "empties the device's cache now and then",
                            "buffers are allocated once and used again"));

    /** Words about precision that several keys share. */
    private static final class Precision {
        static final String BF16 =
                "bfloat16 is not supported: on a CPU without AMX it is a hundred times slower than"
                        + " fp32. Set it to false";
        static final String FP16 =
                "float16 is not supported: training on a CPU computes in fp32. Set it to false";
        static final String ONLY_WITH_FP16 = "only read when fp16 is on, which is refused";
    }
}
