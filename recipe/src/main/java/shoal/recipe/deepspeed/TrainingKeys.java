package shoal.recipe.deepspeed;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.ANYTHING;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.NUMBER;
import static shoal.recipe.key.Types.TEXT;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.orAuto;
import static shoal.recipe.key.Types.orNull;
import static shoal.recipe.key.Types.whole;

import java.util.ArrayList;
import java.util.List;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/** Names about batches, optimizer, schedule and precision. */
final class TrainingKeys {
    static final ValueType RATE = orNull(orAuto(number(0, 1e6)));
    private static final ValueType COUNT = orNull(orAuto(whole(1)));

    private static final List<String> OTHER_OPTIMIZERS =
            List.of(
                    "var_freeze_step",
                    "var_update_scaler",
                    "local_step_scaler",
                    "local_step_clipper",
                    "momentum",
                    "nesterov",
                    "ns_steps",
                    "ns_method",
                    "per_head_muon",
                    "muon_lr",
                    "adam_lr");

    private static final List<String> OTHER_SCHEDULES =
            List.of("cycle_min_mom", "cycle_max_mom", "decay_mom_rate");

    private static final String NO_FP16 = "only read when fp16 is on, which is refused";
    private static final String FP32 =
            "gradients and state are fp32. Remove it, or set it to \"fp32\"";

    private TrainingKeys() {}

    static final List<Key> BATCHES =
            List.of(
                    honoured(
                            "train_batch_size",
                            COUNT,
                            "null",
                            "rows of a step over all devices",
                            "must be rows per device x accumulation x ranks; \"auto\" is that"),
                    honoured(
                            "train_micro_batch_size_per_gpu",
                            COUNT,
                            "null",
                            "rows of a micro-batch on each device",
                            "must be per_device_train_batch_size; \"auto\" is that"),
                    honoured(
                            "gradient_accumulation_steps",
                            COUNT,
                            "null",
                            "micro-batches of an update",
                            "must be HF's gradient_accumulation_steps; \"auto\" is that"),
                    honoured(
                            "gradient_clipping",
                            orNull(orAuto(number(0, 1e9))),
                            "null",
                            "largest norm of the gradient (left out: not clipped in 0.8, 1.0 in 0.19)",
                            "must be HF's max_grad_norm; \"auto\" or left out is that"),
                    refused(
                            "managed_gradient_accumulation",
                            FLAG,
                            "true",
                            "whether the engine counts micro-batches",
                            "the plan of the run counts them. Set it to true"),
                    withoutEffect(
                            "prescale_gradients",
                            FLAG,
                            "false",
                            "divides gradients before they are summed",
                            "the weight of a row goes into its loss"),
                    withoutEffect(
                            "gradient_predivide_factor",
                            NUMBER,
                            "1.0",
                            "by what, before the sum",
                            "the weight of a row goes into its loss"),
                    refused(
                            "gradient_allreduce_op",
                            oneOf("mean", "sum"),
                            "mean",
                            "whether gradients of ranks are averaged or summed",
                            "HF's gradient is the mean. Set it to \"mean\""),
                    withoutEffect(
                            "sparse_gradients",
                            FLAG,
                            "false",
                            "sends embedding gradients as rows",
                            "they always travel as rows"),
                    withoutEffect(
                            "dataloader_drop_last",
                            FLAG,
                            "false",
                            "read by DeepSpeed's own loader, which HF does not use",
                            "HF's dataloader_drop_last decides"));

    static final List<Key> OPTIMIZER =
            List.of(
                    honoured(
                            "optimizer.type",
                            orNull(TEXT),
                            "null",
                            "the optimizer; left out, HF's",
                            "AdamW, Adam, Lamb, OneBitAdam and OneBitLamb; others are refused by"
                                    + " name"),
                    rate("lr", "learning_rate", "1e-3"),
                    honoured(
                            "optimizer.params.betas",
                            orNull(orAuto(new ValueType.NumberList(2))),
                            "null",
                            "decay of the moments (left out: 0.9, 0.999)",
                            "must be adam_beta1 and adam_beta2; \"auto\" is that"),
                    rate("eps", "adam_epsilon", "1e-8"),
                    rate("weight_decay", "weight_decay", "0"),
                    withoutEffect(
                            "optimizer.params.torch_adam",
                            FLAG,
                            "false",
                            "PyTorch's Adam or AdamW instead of DeepSpeed's kernel",
                            "both compute one rule"),
                    honoured(
                            "optimizer.params.adam_w_mode",
                            FLAG,
                            "true",
                            "decoupled weight decay; false: decay in the gradient; only read where"
                                    + " optimizer.type is Adam"),
                    honoured(
                            "optimizer.params.bias_correction",
                            FLAG,
                            "true",
                            "corrects the bias of the moments",
                            "the same for Lamb, Adam and AdamW; 1-bit optimizers never correct it,"
                                    + " in DeepSpeed too"),
                    honoured(
                            "optimizer.params.max_coeff",
                            number(0, 1e6),
                            "10.0",
                            "Lamb, OneBitLamb up to its freeze: the largest trust ratio"),
                    honoured(
                            "optimizer.params.min_coeff",
                            number(0, 1e6),
                            "0.01",
                            "Lamb, OneBitLamb up to its freeze: the smallest trust ratio"),
                    honoured(
                            "optimizer.params.eps_inside_sqrt",
                            FLAG,
                            "false",
                            "Lamb: adds eps to the second moment, not to its root; OneBitLamb never"
                                    + " does, in DeepSpeed too"),
                    honoured(
                            "optimizer.params.freeze_step",
                            whole(1),
                            "100000",
                            "1-bit optimizers: steps before one bit of momentum is exchanged"),
                    honoured(
                            "optimizer.params.coeff_beta",
                            number(0, 1),
                            "0.9",
                            "OneBitLamb: decay of the mean of trust ratios that is frozen"),
                    honoured(
                            "optimizer.params.factor_max",
                            number(0, 1e6),
                            "4.0",
                            "OneBitLamb: the largest factor of a frozen trust ratio"),
                    honoured(
                            "optimizer.params.factor_min",
                            number(0, 1e6),
                            "0.5",
                            "OneBitLamb: the smallest factor of a frozen trust ratio"),
                    honoured(
                            "optimizer.params.factor_threshold",
                            number(0, 1e6),
                            "0.1",
                            "OneBitLamb: the share by which a factor grows or falls in a step at"
                                    + " most"),
                    withoutEffect(
                            "optimizer.params.cuda_aware",
                            FLAG,
                            "false",
                            "1-bit optimizers: MPI sends from device memory",
                            "workers exchange in their own way"),
                    withoutEffect(
                            "optimizer.params.comm_backend_name",
                            oneOf("nccl", "mpi", "hccl", "compressed"),
                            "nccl",
                            "1-bit optimizers: what moves their bits",
                            "workers exchange in their own way"),
                    refused(
                            "optimizer.params.amsgrad",
                            FLAG,
                            "false",
                            "keeps the largest second moment",
                            "AMSGrad is not supported. Set it to false"),
                    withoutEffect(
                            "optimizer.params.set_grad_none",
                            FLAG,
                            "true",
                            "drops gradients after an update",
                            "they are never read twice"),
                    withoutEffect(
                            "optimizer.params.fp32_optimizer_states",
                            FLAG,
                            "true",
                            "keeps moments in fp32 when offloaded",
                            "moments are always fp32"),
                    refused(
                            "optimizer.params.max_grad_norm",
                            orNull(number(0, 1e9)),
                            "null",
                            "an older place of gradient_clipping",
                            "DeepSpeed refuses it too. Use gradient_clipping"),
                    withoutEffect(
                            "optimizer.legacy_fusion",
                            FLAG,
                            "false",
                            "an older kernel of Adam",
                            "both compute one rule"),
                    withoutEffect(
                            "zero_allow_untested_optimizer",
                            FLAG,
                            "false",
                            "shards optimizers that DeepSpeed does not know",
                            "all but 1-bit optimizers can be sharded; Lamb's norms are those of whole tensors in every"
                                    + " stage"),
                    withoutEffect(
                            "zero_force_ds_cpu_optimizer",
                            FLAG,
                            "true",
                            "DeepSpeed's own Adam on the CPU",
                            "there is one AdamW"));

    private static Key rate(String name, String from, String otherwise) {
        return honoured(
                "optimizer.params." + name,
                RATE,
                "null",
                "as HF's " + from + " (left out: " + otherwise + ")",
                "must be " + from + "; \"auto\" is that");
    }

    /** Arguments of optimizers and schedules that are refused by name, so that they are known. */
    static List<Key> refusedKinds() {
        List<Key> keys = new ArrayList<>();
        for (String name : OTHER_OPTIMIZERS) {
            keys.add(
                    withoutEffect(
                            "optimizer.params." + name,
                            ANYTHING,
                            "null",
                            "an argument of another optimizer",
                            "only read by optimizers that are refused"));
        }
        for (String name : OTHER_SCHEDULES) {
            keys.add(
                    withoutEffect(
                            "scheduler.params." + name,
                            ANYTHING,
                            "null",
                            "an argument of cycle_momentum",
                            "only read where cycle_momentum is true, which is refused"));
        }
        return keys;
    }

    static final List<Key> PRECISION =
            List.of(
                    refused(
                                    "bf16.enabled",
                                    orAuto(FLAG),
                                    "false",
                                    "bfloat16 weights and gradients",
                                    "bfloat16 is not supported: on a CPU without AMX it is a hundred"
                                            + " times slower than fp32. Set it to false or \"auto\"")
                            .or("bfloat16.enabled")
                            .accepting("auto"),
                    bf16("immediate_grad_update", "false"),
                    bf16("check_grad_overflow", "true").or("bf16.check_overflow"),
                    bf16("bf16_master_weights_and_grads", "false"),
                    bf16("bf16_optimizer_states", "false"),
                    refused(
                                    "fp16.enabled",
                                    orAuto(FLAG),
                                    "false",
                                    "float16 weights and gradients",
                                    "float16 is not supported: training on a CPU computes in fp32."
                                            + " Set it to false or \"auto\"")
                            .accepting("auto"),
                    withoutEffect("fp16.auto_cast", orAuto(FLAG), "false", "casts inputs", NO_FP16),
                    withoutEffect(
                            "fp16.loss_scale",
                            NUMBER,
                            "0",
                            "scale of the loss; 0: dynamic",
                            NO_FP16),
                    withoutEffect(
                            "fp16.loss_scale_window", NUMBER, "1000", "when it is raised", NO_FP16),
                    withoutEffect(
                            "fp16.initial_scale_power", NUMBER, "16", "where it starts", NO_FP16),
                    withoutEffect("fp16.hysteresis", NUMBER, "2", "when it is lowered", NO_FP16),
                    withoutEffect(
                            "fp16.consecutive_hysteresis", FLAG, "false", "how it counts", NO_FP16),
                    withoutEffect("fp16.min_loss_scale", NUMBER, "1", "its least value", NO_FP16),
                    withoutEffect(
                                    "fp16.fp16_master_weights_and_grads",
                                    FLAG,
                                    "false",
                                    "keeps float16 master weights",
                                    NO_FP16)
                            .or("fp16.fp16_master_weights_and_gradients"),
                    refused(
                                    "amp.enabled",
                                    orAuto(FLAG),
                                    "false",
                                    "apex's mixed precision (up to 0.14)",
                                    "float16 is not supported. Set it to false or \"auto\"")
                            .accepting("auto"),
                    withoutEffect(
                            "amp.*",
                            ANYTHING,
                            "null",
                            "details of apex's mixed precision",
                            NO_FP16),
                    refused(
                            "torch_autocast.enabled",
                            FLAG,
                            "false",
                            "PyTorch's mixed precision",
                            "mixed precision is not supported. Set it to false"),
                    autocast("dtype", "the type that it computes in"),
                    autocast("lower_precision_safe_modules", "modules that it is good for"),
                    dtype("communication_data_type", "the type in which gradients travel"),
                    dtype(
                            "seq_parallel_communication_data_type",
                            "the type in which sequence parallelism sends"),
                    dtype("data_types.grad_accum_dtype", "the type in which gradients add up"),
                    dtype("data_types.param_dtype", "the type of parameters"),
                    dtype("data_types.buffer_dtype", "the type of buffers"),
                    withoutEffect(
                            "data_types.keep_in_fp32_modules",
                            ANYTHING,
                            "auto",
                            "modules that stay in fp32",
                            "all modules are fp32"));

    private static Key bf16(String name, String defaultWord) {
        return withoutEffect(
                        "bf16." + name,
                        orAuto(FLAG),
                        defaultWord,
                        "a detail of bfloat16",
                        "only read when bf16 is on, which is refused")
                .or("bfloat16." + name);
    }

    private static Key autocast(String name, String upstream) {
        return withoutEffect(
                "torch_autocast." + name,
                ANYTHING,
                "null",
                upstream,
                "only read when torch_autocast is on, which is refused");
    }

    private static Key dtype(String name, String upstream) {
        ValueType type = orNull(oneOf("fp32", "fp16", "bf16", "fp64", "int8"));
        return refused(name, type, "null", upstream, FP32).accepting("fp32");
    }
}
