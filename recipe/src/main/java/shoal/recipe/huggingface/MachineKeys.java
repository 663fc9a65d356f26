package shoal.recipe.huggingface;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.ANYTHING;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.FLAG_OR_NULL;
import static shoal.recipe.key.Types.TEXT;
import static shoal.recipe.key.Types.TEXTS_OR_NULL;
import static shoal.recipe.key.Types.TEXT_OR_NULL;
import static shoal.recipe.key.Types.TREE_OR_NULL;
import static shoal.recipe.key.Types.either;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.whole;
import static shoal.recipe.key.Types.wholeOrNull;

import java.util.List;
import shoal.recipe.key.Key;

/** Names about devices, processes and libraries, and about services around a run. */
final class MachineKeys {
    private static final String OWN_TRANSPORT =
            "workers exchange gradients over Shoal's own streams";
    private static final String NO_LOADER = "rows are tokenized once and kept in memory";
    private static final String NO_HUB = "nothing is uploaded; output_dir is a HF folder";
    private static final String NO_FSDP =
            "FSDP is not supported. Remove it; a DeepSpeed file's zero_optimization shards state";
    private static final String NO_COMPILER = "kernels are written by hand; none is compiled";

    private MachineKeys() {}

    static final List<Key> DEVICES =
            List.of(
                    withoutEffect(
                                    "use_cpu",
                                    FLAG,
                                    "false",
                                    "computes on the CPU even if there is a GPU",
                                    "the worker decides on which device it computes")
                            .or("no_cuda"),
                    withoutEffect(
                            "use_mps_device",
                            FLAG,
                            "false",
                            "computes on Apple GPUs",
                            "not read by HF 5"),
                    refused(
                            "use_ipex",
                            FLAG,
                            "false",
                            "Intel's extension for PyTorch",
                            "the extension is not used. Set it to false"),
                    withoutEffect(
                            "local_rank",
                            whole(-1),
                            "-1",
                            "the process's place on its machine, set by launchers",
                            "workers get their ranks from the coordinator"),
                    withoutEffect(
                            "xpu_backend",
                            TEXT_OR_NULL,
                            "null",
                            "how processes exchange gradients",
                            OWN_TRANSPORT),
                    withoutEffect(
                            "ddp_backend",
                            TEXT_OR_NULL,
                            "null",
                            "how processes exchange gradients",
                            OWN_TRANSPORT),
                    withoutEffect(
                            "ddp_find_unused_parameters",
                            FLAG_OR_NULL,
                            "null",
                            "DDP looks for parameters without gradients",
                            OWN_TRANSPORT),
                    withoutEffect(
                            "ddp_bucket_cap_mb",
                            wholeOrNull(1),
                            "null",
                            "size of DDP's messages",
                            OWN_TRANSPORT),
                    withoutEffect(
                            "ddp_broadcast_buffers",
                            FLAG_OR_NULL,
                            "null",
                            "DDP sends buffers of the model",
                            "GPT-2 has no such buffers"),
                    withoutEffect(
                            "ddp_static_graph",
                            FLAG_OR_NULL,
                            "null",
                            "DDP takes the graph to be the same in every step",
                            OWN_TRANSPORT),
                    withoutEffect(
                            "ddp_timeout",
                            whole(1),
                            "1800",
                            "seconds after which a silent process is given up",
                            "the coordinator has its own deadlines"),
                    withoutEffect(
                            "tpu_num_cores",
                            wholeOrNull(1),
                            "null",
                            "cores of a TPU",
                            "no TPU is used"),
                    withoutEffect(
                            "tpu_metrics_debug",
                            FLAG,
                            "false",
                            "prints TPU metrics",
                            "no TPU is used"),
                    withoutEffect(
                            "debug",
                            TEXTS_OR_NULL,
                            "null",
                            "finds overflows in activations",
                            "a value that is not finite stops the run and is named"),
                    withoutEffect(
                            "_n_gpu", whole(-1), "-1", "set by HF itself", "set by HF itself"),
                    withoutEffect(
                            "mp_parameters",
                            TEXT,
                            "",
                            "set by SageMaker's launcher",
                            "workers are started by the user"));

    static final List<Key> SHARDING =
            List.of(
                    honoured(
                            "deepspeed",
                            TREE_OR_NULL,
                            "null",
                            "a DeepSpeed file, relative to the working directory, or its content"),
                    refused(
                                    "fsdp",
                                    either(FLAG, TEXTS_OR_NULL),
                                    "null",
                                    "shards state by PyTorch's FSDP",
                                    NO_FSDP)
                            .accepting("", "false"),
                    withoutEffect(
                            "fsdp_config",
                            TREE_OR_NULL,
                            "null",
                            "options of FSDP",
                            "fsdp is refused"),
                    withoutEffect(
                            "fsdp_min_num_params",
                            whole(0),
                            "0",
                            "an option of FSDP",
                            "fsdp is refused"),
                    withoutEffect(
                            "fsdp_transformer_layer_cls_to_wrap",
                            TEXT_OR_NULL,
                            "null",
                            "an option of FSDP",
                            "fsdp is refused"),
                    refused(
                                    "sharded_ddp",
                                    TEXTS_OR_NULL,
                                    "null",
                                    "shards state by fairscale",
                                    NO_FSDP)
                            .accepting(""),
                    refused(
                            "parallelism_config",
                            ANYTHING,
                            "null",
                            "tensor, context and other parallelism of accelerate",
                            "rows are dealt to ranks, tensors are not. Remove it"),
                    honoured(
                            "accelerator_config",
                            TREE_OR_NULL,
                            "null",
                            "how accelerate cuts batches and seeds the sampler",
                            "each member as below; a path is refused"),
                    refused(
                            "tp_size",
                            whole(0),
                            "0",
                            "size of tensor parallelism (4.50 to 4.52)",
                            "rows are dealt to ranks, tensors are not. Remove it"),
                    refused(
                                    "split_batches",
                                    FLAG_OR_NULL,
                                    "null",
                                    "divides a batch over devices (4.35 to 4.45)",
                                    "per_device_train_batch_size is per rank. Remove it")
                            .accepting("false"),
                    withoutEffect(
                            "dispatch_batches",
                            FLAG_OR_NULL,
                            "null",
                            "one process reads rows for all (4.33 to 4.45)",
                            NO_LOADER));

    static final List<Key> LOADING =
            List.of(
                    withoutEffect(
                            "dataloader_num_workers",
                            whole(0),
                            "0",
                            "processes that load rows",
                            NO_LOADER),
                    withoutEffect(
                            "dataloader_pin_memory",
                            FLAG,
                            "true",
                            "pins rows in memory for GPUs",
                            NO_LOADER),
                    withoutEffect(
                            "dataloader_prefetch_factor",
                            wholeOrNull(1),
                            "null",
                            "batches loaded ahead",
                            NO_LOADER),
                    withoutEffect(
                            "dataloader_persistent_workers",
                            FLAG,
                            "false",
                            "keeps loading processes between epochs",
                            NO_LOADER),
                    withoutEffect(
                            "dataloader_multiprocessing_context",
                            TEXT_OR_NULL,
                            "null",
                            "how loading processes are started",
                            NO_LOADER),
                    withoutEffect(
                            "dataloader_in_order",
                            FLAG,
                            "true",
                            "whether loading processes keep the order of batches",
                            "the order is always kept"));

    static final List<Key> COMPILERS =
            List.of(
                    withoutEffect(
                            "torch_compile", FLAG, "false", "compiles the model", NO_COMPILER),
                    withoutEffect(
                            "torch_compile_backend",
                            TEXT_OR_NULL,
                            "null",
                            "the compiler",
                            NO_COMPILER),
                    withoutEffect(
                            "torch_compile_mode", TEXT_OR_NULL, "null", "its mode", NO_COMPILER),
                    withoutEffect(
                            "torchdynamo",
                            TEXT_OR_NULL,
                            "null",
                            "an older compiler name",
                            NO_COMPILER),
                    withoutEffect(
                            "jit_mode_eval", FLAG, "false", "traces for evaluation", NO_COMPILER),
                    withoutEffect("use_liger_kernel", FLAG, "false", "Triton kernels", NO_COMPILER),
                    withoutEffect(
                            "liger_kernel_config",
                            TREE_OR_NULL,
                            "null",
                            "which of Liger's kernels",
                            NO_COMPILER),
                    withoutEffect(
                            "skip_memory_metrics",
                            FLAG,
                            "true",
                            "leaves memory figures out of the log",
                            "the final table has peak memory per process"));

    static final List<Key> SERVICES =
            List.of(
                    withoutEffect(
                            "report_to",
                            TEXTS_OR_NULL,
                            "null",
                            "services that get the log (all in 4.x, none in 5.x)",
                            "trainer_state.json in output_dir holds the log"),
                    withoutEffect(
                            "run_name",
                            TEXT_OR_NULL,
                            "null",
                            "the run's name there",
                            "see report_to"),
                    withoutEffect(
                            "project",
                            TEXT_OR_NULL,
                            "huggingface",
                            "its project there",
                            "see report_to"),
                    withoutEffect(
                            "trackio_space_id",
                            TEXT_OR_NULL,
                            "null",
                            "Trackio's space",
                            "see report_to"),
                    withoutEffect(
                            "trackio_bucket_id",
                            TEXT_OR_NULL,
                            "null",
                            "its bucket",
                            "see report_to"),
                    withoutEffect(
                            "trackio_static_space_id",
                            either(FLAG_OR_NULL, TEXT),
                            "null",
                            "its static space",
                            "see report_to"),
                    withoutEffect(
                            "ray_scope",
                            TEXT_OR_NULL,
                            "last",
                            "a setting of Ray Tune",
                            "Ray is not used"),
                    withoutEffect("push_to_hub", FLAG, "false", "uploads the model", NO_HUB),
                    withoutEffect(
                            "hub_model_id", TEXT_OR_NULL, "null", "the model's name there", NO_HUB),
                    withoutEffect(
                            "hub_strategy",
                            oneOf("end", "every_save", "checkpoint", "all_checkpoints"),
                            "every_save",
                            "when to upload",
                            NO_HUB),
                    withoutEffect("hub_token", TEXT_OR_NULL, "null", "the token for it", NO_HUB),
                    withoutEffect(
                            "hub_private_repo", FLAG_OR_NULL, "null", "keeps it private", NO_HUB),
                    withoutEffect("hub_always_push", FLAG, "false", "never skips one", NO_HUB),
                    withoutEffect("hub_revision", TEXT_OR_NULL, "null", "the branch there", NO_HUB),
                    withoutEffect(
                            "push_to_hub_model_id", TEXT_OR_NULL, "null", "an older name", NO_HUB),
                    withoutEffect(
                            "push_to_hub_organization", TEXT_OR_NULL, "null", "its owner", NO_HUB),
                    withoutEffect(
                            "push_to_hub_token", TEXT_OR_NULL, "null", "an older name", NO_HUB));
}
