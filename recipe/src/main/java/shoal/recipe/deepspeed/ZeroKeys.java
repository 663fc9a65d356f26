package shoal.recipe.deepspeed;

import static shoal.recipe.key.Key.honoured;
import static shoal.recipe.key.Key.refused;
import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.ANYTHING;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.FLAG_OR_NULL;
import static shoal.recipe.key.Types.TEXT_OR_NULL;
import static shoal.recipe.key.Types.number;
import static shoal.recipe.key.Types.oneOf;
import static shoal.recipe.key.Types.orAuto;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/** Names of zero_optimization. None changes a bit of the result. */
final class ZeroKeys {
    private static final String ZERO = "zero_optimization.";
    private static final String OWN_TRANSPORT = "sizes and order of messages are Shoal's own";
    private static final ValueType SIZE = new ValueType.Whole(0, Long.MAX_VALUE);
    private static final ValueType DEVICE = oneOf("none", "cpu", "nvme");

    private static final String MOMENTS =
            "in memory of the CPU with none and cpu; with nvme in a file, in every stage";

    private static final String PARAMETERS =
            "in memory of the CPU with none and cpu; with nvme in a file, but for units in use";

    private ZeroKeys() {}

    static final List<Key> STAGE =
            List.of(
                    honoured(
                            ZERO + "stage",
                            new ValueType.Whole(0, 3),
                            "0",
                            "what is sharded: nothing, moments, gradients too, parameters too"),
                    honoured(
                            ZERO + "offload_optimizer.device",
                            DEVICE,
                            "none",
                            "where moments are kept, from stage 1",
                            MOMENTS),
                    honoured(
                            ZERO + "offload_param.device",
                            DEVICE,
                            "none",
                            "where parameters are kept; read in stage 3 only",
                            PARAMETERS),
                    honoured(
                            ZERO + "cpu_offload",
                            FLAG_OR_NULL,
                            "null",
                            "the older spelling of offload_optimizer with device cpu"),
                    honoured(
                                    ZERO + "cpu_offload_param",
                                    FLAG_OR_NULL,
                                    "null",
                                    "the older spelling of offload_param with device cpu")
                            .or(ZERO + "cpu_offload_params"),
                    withoutEffect(
                            ZERO + "cpu_offload_use_pin_memory",
                            FLAG_OR_NULL,
                            "null",
                            "pins offloaded memory",
                            "pinning is for GPUs"),
                    refused(
                            ZERO + "offload_optimizer.ratio",
                            number(0, 1),
                            "1.0",
                            "share of moments that is offloaded",
                            "all or none is offloaded. Set it to 1.0"),
                    nvmePath("offload_optimizer"),
                    offload("offload_optimizer.pin_memory", FLAG, "false"),
                    offload("offload_optimizer.buffer_count", SIZE, "4"),
                    offload("offload_optimizer.pipeline_read", FLAG, "false"),
                    offload("offload_optimizer.pipeline_write", FLAG, "false"),
                    offload("offload_optimizer.fast_init", FLAG, "false"),
                    offload("offload_optimizer.super_offload", FLAG, "false"),
                    offload("offload_optimizer.cpuadam_cores_perc", number(0, 1), "0.8"),
                    nvmePath("offload_param"),
                    offload("offload_param.pin_memory", FLAG, "false"),
                    offload("offload_param.buffer_count", SIZE, "5"),
                    offload("offload_param.buffer_size", SIZE, "1e8"),
                    offload("offload_param.max_in_cpu", SIZE, "1e9"));

    private static Key nvmePath(String section) {
        return honoured(
                ZERO + section + ".nvme_path",
                TEXT_OR_NULL,
                "null",
                "the folder of files with offloaded state",
                "an absolute path that exists on every worker's machine; the file in it"
                        + " has no name and is gone when the worker is");
    }

    private static Key offload(String name, ValueType type, String defaultWord) {
        return withoutEffect(
                ZERO + name,
                type,
                defaultWord,
                "how offloaded state is moved",
                "an owner reads and writes its shards through its own buffers");
    }

    static final List<Key> MESSAGES =
            List.of(
                    tuning("allgather_partitions", FLAG, "true", "how parameters are gathered"),
                    tuning("allgather_bucket_size", orAuto(SIZE), "5e8", "elements of a message"),
                    tuning("overlap_comm", FLAG_OR_NULL, "null", "sends while computing"),
                    tuning("reduce_scatter", FLAG, "true", "how gradients are summed"),
                    tuning("reduce_bucket_size", orAuto(SIZE), "5e8", "elements of a message"),
                    tuning("contiguous_gradients", FLAG, "true", "copies gradients together"),
                    tuning("use_multi_rank_bucket_allreduce", FLAG, "true", "joins messages"),
                    tuning(
                            "round_robin_gradients",
                            FLAG,
                            "false",
                            "in which order they are copied"),
                    tuning("sub_group_size", orAuto(SIZE), "1e9", "elements updated at a time"),
                    tuning("parameter_alignment", FLAG, "false", "aligns parameters to 16 bytes"),
                    stage3("prefetch_bucket_size", orAuto(SIZE), "5e7", "elements gathered ahead"),
                    stage3(
                            "param_persistence_threshold",
                            orAuto(SIZE),
                            "1e5",
                            "smaller parameters are not sharded"),
                    stage3(
                            "model_persistence_threshold",
                            orAuto(SIZE),
                            "9223372036854775807",
                            "how many of those there may be"),
                    stage3("max_live_parameters", orAuto(SIZE), "1e9", "elements kept at a time"),
                    stage3("max_reuse_distance", orAuto(SIZE), "1e9", "how long they are kept"),
                    stage3("module_granularity_threshold", SIZE, "0", "which modules are fetched"),
                    stage3(
                            "use_all_reduce_for_fetch_params",
                            FLAG,
                            "false",
                            "how they are fetched"),
                    stage3("allgather_sequential", FLAG, "false", "one parameter at a time"),
                    withoutEffect(
                                    ZERO + "stage3_gather_16bit_weights_on_model_save",
                                    orAuto(FLAG),
                                    "false",
                                    "gathers parameters for the saved model",
                                    "the saved model is always whole")
                            .or(
                                    ZERO + "gather_16bit_weights_on_model_save",
                                    ZERO + "stage3_gather_fp16_weights_on_model_save",
                                    ZERO + "gather_fp16_weights_on_model_save"));

    private static Key tuning(String name, ValueType type, String defaultWord, String upstream) {
        return withoutEffect(ZERO + name, type, defaultWord, upstream, OWN_TRANSPORT);
    }

    private static Key stage3(String name, ValueType type, String defaultWord, String upstream) {
        return withoutEffect(ZERO + "stage3_" + name, type, defaultWord, upstream, OWN_TRANSPORT)
                .or(ZERO + name);
    }

    private static final Map<String, String> DETAILS =
            Map.of(
                    "ignore_unused_parameters", "true",
                    "legacy_stage1", "false",
                    "elastic_checkpoint", "false",
                    "load_from_fp32_weights", "true",
                    "memory_efficient_linear", "true",
                    "pipeline_loading_checkpoint", "false",
                    "override_module_apply", "true",
                    "log_trace_cache_warnings", "false",
                    "enable_sanity_checks", "false",
                    "compute_grad_norm", "true");

    private static final List<Key> MORE =
            List.of(
                    quantized("zero_quantized_weights"),
                    quantized("zero_quantized_nontrainable_weights"),
                    quantized("zero_quantized_gradients"),
                    withoutEffect(
                            ZERO + "zero_hpz_partition_size",
                            SIZE,
                            "1",
                            "ranks of a second copy of parameters",
                            "parameters have one owner"),
                    withoutEffect(
                            ZERO + "save_muon_momentum_buffer_in_memory",
                            FLAG,
                            "false",
                            "a detail of the optimizer Muon",
                            "only read by optimizers that are refused"),
                    withoutEffect(
                            ZERO + "zeropp_loco_param",
                            ANYTHING,
                            "null",
                            "corrects errors of 8-bit gradients",
                            "only read with zero_quantized_gradients, which is refused"),
                    leaf("classes"),
                    leaf("names"),
                    leaf("name_suffixes"),
                    detail("grad_hooks", "true"),
                    refused(
                            ZERO + "zenflow",
                            ANYTHING,
                            "null",
                            "updates a part of the parameters later",
                            "every update waits for all gradients. Remove it"),
                    refused(
                            ZERO + "mics_shard_size",
                            new ValueType.Whole(-1, Integer.MAX_VALUE),
                            "-1",
                            "shards within groups of ranks",
                            "state is sharded over all workers. Remove it"),
                    withoutEffect(
                            ZERO + "mics_hierarchical_params_gather",
                            FLAG,
                            "false",
                            "how groups gather",
                            "see mics_shard_size"));

    static List<Key> others() {
        Stream<Key> details =
                DETAILS.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(detail -> detail(detail.getKey(), detail.getValue()));
        return Stream.concat(details, MORE.stream()).toList();
    }

    private static Key detail(String name, String defaultWord) {
        return withoutEffect(
                ZERO + name,
                FLAG,
                defaultWord,
                "a detail of DeepSpeed's implementation",
                "Shoal's implementation is another");
    }

    private static Key leaf(String name) {
        return withoutEffect(
                ZERO + "leaf_module." + name,
                ANYTHING,
                "null",
                "modules that are gathered whole",
                "a layer is always gathered whole");
    }

    private static Key quantized(String name) {
        return refused(
                ZERO + name,
                FLAG,
                "false",
                "sends 8-bit numbers",
                "tensors travel in fp32. Set it to false");
    }
}
