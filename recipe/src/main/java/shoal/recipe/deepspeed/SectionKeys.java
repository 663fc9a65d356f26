package shoal.recipe.deepspeed;

import static shoal.recipe.key.Key.withoutEffect;
import static shoal.recipe.key.Types.ANYTHING;
import static shoal.recipe.key.Types.FLAG;
import static shoal.recipe.key.Types.number;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.key.Key;
import shoal.recipe.key.ValueType;

/**
 * Names inside sections that change nothing here, each by its full name (deepspeed 0.8 to 0.19).
 */
final class SectionKeys {
    private static final String LOG = "trainer_state.json in output_dir holds the log";
    private static final String OWN = "Shoal has its own machinery for this, or none";
    private static final String RECOMPUTED =
            "HF's models do not ask; gradient_checkpointing has layers computed again";
    private static final String UNDIVIDED = "only read where tensors or experts are divided";
    private static final String OFF = "only read when it is on, which is refused";

    private static final ValueType ANY_NUMBER = number(-Double.MAX_VALUE, Double.MAX_VALUE);

    private SectionKeys() {}

    static List<Key> all() {
        return Stream.of(logs(), machinery(), engines(), techniques(), parallel())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Key> logs() {
        return Stream.of(
                        section(
                                "flops_profiler",
                                LOG,
                                "counts operations",
                                "enabled=false recompute_fwd_factor=0.0 "
                                        + "profile_step=1 module_depth=-1 top_modules=1 "
                                        + "detailed=true output_file"),
                        section(
                                "comms_logger",
                                LOG,
                                "logs messages",
                                "enabled=false prof_all=true prof_ops verbose=false debug=false"),
                        section(
                                "comet",
                                LOG,
                                "reports to Comet",
                                "enabled=false samples_log_interval=100 project "
                                        + "workspace api_key experiment_name experiment_key "
                                        + "online mode"),
                        section(
                                "timers",
                                LOG,
                                "which timers synchronize",
                                "throughput.enabled=true throughput.synchronized=true"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Key> machinery() {
        return Stream.of(
                        section(
                                "aio",
                                OWN,
                                "sizes of reads and writes of offloaded state",
                                "block_size=1048576 queue_depth=8 "
                                        + "intra_op_parallelism=1 thread_count=1 "
                                        + "single_submit=false overlap_events=true "
                                        + "use_gds=false"),
                        section(
                                "activation_checkpointing",
                                RECOMPUTED,
                                "what is recomputed, where a model asks for it",
                                "partition_activations=false number_checkpoints "
                                        + "contiguous_memory_optimization=false "
                                        + "synchronize_checkpoint_boundary=false profile=false "
                                        + "cpu_checkpointing=false"),
                        section(
                                "checkpoint",
                                OWN,
                                "how checkpoints are written",
                                "tag_validation load_universal use_node_local_storage"
                                        + " parallel_write.pipeline_stage"),
                        section(
                                "hybrid_engine",
                                OWN,
                                "generation while training",
                                "enabled=false max_out_tokens=512 "
                                        + "inference_tp_size=1 release_inference_cache=false "
                                        + "pin_parameters=true tp_gather_partition_size=8 "
                                        + "enable_cuda_graph=false"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Key> engines() {
        return Stream.of(
                        section(
                                "compile",
                                OWN,
                                "compiles the model",
                                "enabled=false backend kwargs deepcompile=false"
                                        + " autoep_non_moe=false free_activation=false"
                                        + " free_activation_threshold=10485760"
                                        + " offload_activation=false"
                                        + " offload_activation_pin_memory=true"
                                        + " offload_opt_states=false double_buffer=true"
                                        + " symmetric_memory=false debug_log=false"
                                        + " offload_parameters=false sync_before_reduce=false"
                                        + " sync_after_reduce=false sync_before_allgather=false"
                                        + " sync_after_allgather=false keep_int_input_tensors=true"
                                        + " keep_all_input_tensors=false passes"),
                        section(
                                "nebula",
                                OWN,
                                "writes checkpoints to Azure (not in 0.19.8)",
                                "enabled=false enable_nebula_load=true nebula_load_path"
                                        + " load_path persistent_storage_path"
                                        + " persistent_time_interval=100"
                                        + " num_of_version_in_retention=2"),
                        section(
                                "pipeline",
                                OWN,
                                "pipeline parallelism of models written for it",
                                "stages partition seed_layers=false"
                                        + " activation_checkpoint_interval=0 pipe_partitioned=true"
                                        + " grad_partitioned=true use_reentrant"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Key> parallel() {
        return Stream.of(
                        section(
                                "tensor_parallel",
                                UNDIVIDED,
                                "how tensors are divided",
                                "dtype tp_overlap_comm=false vocab_parallel_lm_head"
                                        + " vocab_parallel_ce_backend tensor_parallel tp"
                                        + " injection_policy_tuple partition_config preset_model"
                                        + " keep_module_on_host=false"
                                        + " replace_with_kernel_inject=false kernel_inject"),
                        section(
                                "expert_parallel",
                                UNDIVIDED,
                                "how experts are found and divided",
                                "autoep_size expert_tensor_parallel_size validate_folding_routing"
                                        + " async_split_plan preset_model moe_layer_pattern"
                                        + " expert_pattern router_pattern use_grouped_mm"
                                        + " disable_triton_grouped_mm route_norm route_scale"
                                        + " score_apply combine_impl row_weighting_impl"
                                        + " gate_up_impl comm_backend comm_num_sm comm_qp_margin"
                                        + " comm_max_tokens_per_rank num_expert_groups"
                                        + " num_limited_groups score_func top_k load_balance_coeff"
                                        + " routed_scaling_factor expert_w1 expert_w2 expert_w3"
                                        + " num_experts_attr top_k_attr has_shared_experts"
                                        + " shared_experts_pattern shared_experts_gate_pattern"
                                        + " expert_activation"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Key> techniques() {
        return Stream.of(
                        section(
                                "elasticity",
                                OFF,
                                "a detail of elasticity",
                                "max_train_batch_size=2000 micro_batch_sizes "
                                        + "min_gpus=1 max_gpus=10000 min_time=0 version=0.2 "
                                        + "ignore_non_elastic_batch_info=false "
                                        + "prefer_larger_batch=true num_gpus_per_node=1 "
                                        + "model_parallel_size=1"),
                        section(
                                "autotuning",
                                OFF,
                                "a detail of autotuning",
                                "fast results_dir exps_dir overwrite start_profile_step"
                                        + " end_profile_step metric metric_path tuner_type"
                                        + " tuner_early_stopping tuner_num_trials arg_mappings"
                                        + " max_train_batch_size min_train_batch_size"
                                        + " max_train_micro_batch_size_per_gpu"
                                        + " min_train_micro_batch_size_per_gpu"
                                        + " num_tuning_micro_batch_sizes mp_size model_info"
                                        + " model_info_path"),
                        section(
                                "curriculum_learning",
                                OFF,
                                "a detail of the curriculum",
                                "curriculum_type min_difficulty max_difficulty schedule_type"
                                        + " schedule_config"),
                        section(
                                "data_efficiency",
                                "DeepSpeed's own loader reads it, which HF does not use",
                                "how data are sampled and tokens dropped",
                                "seed=1234 data_sampling.enabled=false"
                                        + " data_sampling.num_epochs=1000"
                                        + " data_sampling.num_workers=0"
                                        + " data_sampling.pin_memory=false"
                                        + " data_sampling.curriculum_learning"
                                        + " data_sampling.dynamic_batching"
                                        + " data_routing.enabled=false"),
                        section(
                                "progressive_layer_drop",
                                OFF,
                                "how layers are left out",
                                "theta=1.0 gamma=0.001"),
                        section(
                                "eigenvalue",
                                "DeepSpeed reads compression_training instead",
                                "how curvature is measured",
                                "verbose=false max_iter=100 tol=0.01 stability=1e-6 "
                                        + "gas_boundary_resolution=1 layer_name layer_num=0 model_name"))
                .flatMap(List::stream)
                .toList();
    }

    /** The names of a section, between spaces; a default that is not null stands behind "=". */
    private static List<Key> section(String section, String why, String upstream, String names) {
        List<Key> keys = new ArrayList<>();
        for (String each : names.split(" ", -1)) {
            String name = each.replaceFirst("=.*", "");
            String otherwise = each.equals(name) ? "null" : each.substring(name.length() + 1);
            keys.add(
                    withoutEffect(section + "." + name, type(otherwise), otherwise, upstream, why));
        }
        return keys;
    }

    private static ValueType type(String otherwise) {
        return switch (otherwise) {
            case "null" -> ANYTHING;
            case "true", "false" -> FLAG;
            default -> ANY_NUMBER;
        };
    }
}
