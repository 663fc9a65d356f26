package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that HF and DeepSpeed take, and that stand in files of many people. */
class OtherPeoplesFilesTest {
    @Test
    void a_name_at_the_top_that_deepspeed_does_not_read_is_a_notice() {
        List<String> notices =
                deepspeed("\"_comment\": \"ours\"", "\"cuda_visible_devices\": \"0,1\"")
                        .recipe()
                        .notices();

        assertThat(notices)
                .contains(
                        "ds.json:2: _comment has no effect: DeepSpeed ignores a name at the top that"
                                + " it does not know",
                        "ds.json:3: cuda_visible_devices has no effect: DeepSpeed ignores a name at"
                                + " the top that it does not know");
    }

    @Test
    void a_name_near_a_known_one_and_a_name_inside_a_section_are_errors() {
        assertThat(
                        deepspeed(
                                        "\"zero_optimisation\": {}",
                                        "\"zero_optimization\": {\"_comment\": \"ours\"}")
                                .problems())
                .containsExactly(
                        "ds.json:2: zero_optimisation is not known; did you mean"
                                + " zero_optimization?",
                        "ds.json:3: zero_optimization._comment is not known; docs/arguments.md"
                                + " lists the names");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"zero_optimization\": {\"stage\": \"2\"}",
                "\"zero_optimization\": {\"stage\": 2.0}",
                "\"zero_optimization\": {\"stage\": true}",
                "\"zero_optimization\": {\"overlap_comm\": \"true\"}",
                "\"zero_optimization\": {\"overlap_comm\": \"Off\"}",
                "\"zero_optimization\": {\"overlap_comm\": 1}",
                "\"zero_optimization\": {\"reduce_bucket_size\": \"500000000\"}",
                "\"zero_optimization\": {\"reduce_bucket_size\": \"5_000\"}",
                "\"zero_optimization\": {\"reduce_bucket_size\": \"8.0\"}",
                "\"zero_optimization\": {\"reduce_bucket_size\": 5e8}",
                "\"zero_optimization\": {\"offload_optimizer\": {\"ratio\": \"1.0\"}}",
                "\"zero_optimization\": {\"offload_optimizer\": null, \"offload_param\": null}",
                "\"zero_optimization\": {\"stage3_gather_16bit_weights_on_model_save\": \"auto\"}",
                "\"fp16\": {\"enabled\": \"false\", \"loss_scale\": \"0\"}",
                "\"bf16\": null",
                "\"prescale_gradients\": \"true\"",
                "\"wall_clock_breakdown\": 0",
                "\"zero_allow_untested_optimizer\": 1",
                "\"flops_profiler\": {\"enabled\": 0}",
                "\"steps_per_print\": \"100\"",
                "\"sparse_attention\": {\"mode\": \"fixed\", \"block\": 16}",
                "\"eigenvalue\": {\"enabled\": true}",
                "\"quantize_training\": {\"enabled\": true}",
                "\"data_efficiency\": {\"enabled\": true, \"data_sampling\": {\"enabled\": true}}",
                "\"data_efficiency\": {\"enabled\": false, \"data_routing\": {\"enabled\": false,"
                        + " \"random_ltd\": {\"enabled\": false, \"total_layer_num\": 24}}}",
                "\"compression_training\": {\"weight_quantization\": {\"shared_parameters\":"
                        + " {\"enabled\": false, \"fp16_mixed_quantize\": {\"enabled\": true}},"
                        + " \"different_groups\": {\"wq1\": {\"params\": {\"start_bits\": 8}}}},"
                        + " \"layer_reduction\": {\"enabled\": false, \"keep_number_layer\": 6}}",
            })
    void a_value_that_deepspeed_takes_is_taken(String member) {
        assertThat(deepspeed(member).recipe()).isNotNull();
    }

    /** As PyTorch's and pydantic's own errors, or as HF compares with ==. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"gradient_accumulation_steps\": \"1\"",
                "\"train_batch_size\": \"8\"",
                "\"gradient_clipping\": \"1.0\"",
                "\"wall_clock_breakdown\": \"true\"",
                "\"flops_profiler\": {\"enabled\": \"true\"}",
                "\"zero_optimization\": {\"overlap_comm\": \"maybe\"}",
                "\"zero_optimization\": {\"overlap_comm\": 2}",
                "\"zero_optimization\": {\"reduce_scatter\": null}",
                "\"zero_optimization\": {\"reduce_bucket_size\": \"5e8\"}",
                "\"zero_optimization\": {\"reduce_bucket_size\": 1.5}",
                "\"zero_optimization\": {\"stage\": \"auto\"}",
                "\"optimizer\": null",
                "\"fp16\": null",
                "\"optimizer\": {\"type\": \"AdamW\", \"params\": {\"lr\": \"auto\", \"eps\":"
                        + " \"1e-8\"}}",
            })
    void a_value_that_deepspeed_or_hf_refuses_is_refused(String member) {
        assertThat(deepspeed(member).problems()).hasSize(1);
    }

    @Test
    void a_text_that_reads_like_no_but_counts_as_true_is_told() {
        assertThat(deepspeed("\"prescale_gradients\": \"false\"").problems())
                .containsExactly(
                        "ds.json:2: prescale_gradients is \"false\", a text, which DeepSpeed takes"
                                + " for true. Write false without quotes");
    }

    @Test
    void a_technique_that_is_switched_on_is_refused() {
        assertThat(
                        deepspeed(
                                        "\"compression_training\": {\"head_pruning\":"
                                                + " {\"shared_parameters\": {\"enabled\": true}}}",
                                        "\"data_efficiency\": {\"data_routing\": {\"random_ltd\":"
                                                + " {\"enabled\": true}}}")
                                .problems())
                .containsExactly(
                        "ds.json:2: compression_training is an object. This technique is not"
                                + " supported. Set enabled to false in each of its parts",
                        "ds.json:3: data_efficiency.data_routing.random_ltd is an object. This"
                                + " technique is not supported. Set its enabled to false");
    }

    @Test
    void what_hf_writes_for_unset_spellings_does_not_contradict_what_is_set() {
        assertThat(
                        Typed.arguments(
                                        "\"per_device_train_batch_size\": 8",
                                        "\"per_gpu_train_batch_size\": 4",
                                        "\"per_device_eval_batch_size\": 2",
                                        "\"per_gpu_eval_batch_size\": null",
                                        "\"use_cpu\": true",
                                        "\"no_cuda\": false")
                                .recipe()
                                .batch())
                .extracting("trainRowsPerDevice", "evaluationRowsPerDevice")
                .containsExactly(4, 2);
        assertThat(
                        Typed.arguments(
                                        "\"per_device_train_batch_size\": 16",
                                        "\"per_gpu_train_batch_size\": 8")
                                .problems())
                .containsExactly(
                        "args.json:3: per_gpu_train_batch_size is 8, but"
                                + " per_device_train_batch_size is 16 (args.json:2); they are one"
                                + " setting. Remove one");
    }

    @Test
    void accelerator_config_is_read_member_by_member() {
        assertThat(
                        Typed.arguments(
                                        "\"accelerator_config\": {\"split_batches\": true",
                                        "\"dispatch_batches\": true, \"evenbatches\": false",
                                        "\"gradient_accumulation_kwargs\": {\"num_steps\": 2}}")
                                .problems())
                .containsExactly(
                        "args.json:2: accelerator_config.split_batches is true."
                                + " Per_device_train_batch_size is per rank. Set it to false",
                        "args.json:3: accelerator_config.evenbatches is not known; did you mean"
                                + " accelerator_config.even_batches?",
                        "args.json:4: accelerator_config.gradient_accumulation_kwargs.num_steps is"
                                + " 2. Use gradient_accumulation_steps");
        assertThat(Typed.arguments("\"accelerator_config\": \"acc.json\"").problems())
                .containsExactly(
                        "args.json:2: accelerator_config is \"acc.json\", a path. Put the content"
                                + " of that file in its place");
    }

    @Test
    void uploads_and_pickles_are_notices() {
        assertThat(
                        Typed.arguments("\"push_to_hub\": true", "\"save_safetensors\": false")
                                .recipe()
                                .notices())
                .containsExactlyInAnyOrder(
                        "args.json:2: push_to_hub has no effect: nothing is uploaded; output_dir is"
                                + " a HF folder",
                        "args.json:3: save_safetensors has no effect: safetensors files are"
                                + " written, which HF reads without being told");
    }

    @Test
    void a_metric_of_a_script_is_answered_with_the_nearest_one() {
        assertThat(Typed.arguments("\"metric_for_best_model\": \"acc\"").problems())
                .containsExactly(
                        "args.json:2: metric_for_best_model is \"acc\". Did you mean accuracy? The"
                                + " metrics are loss, accuracy, precision, recall, f1");
    }

    @Test
    void gathering_is_shown_as_accelerate_fills_it() {
        assertThat(
                        deepspeed(
                                        "\"zero_optimization\":"
                                                + " {\"stage3_gather_16bit_weights_on_model_save\":"
                                                + " \"auto\"}")
                                .request()
                                .explanation()
                                .lines())
                .filteredOn(line -> line.name().endsWith("16bit_weights_on_model_save"))
                .allSatisfy(line -> assertThat(line.value()).isEqualTo("false"))
                .allSatisfy(line -> assertThat(line.origin()).contains("filled from accelerate"))
                .hasSize(1);
    }

    @Test
    void nothing_but_unset_values_is_no_notice() {
        assertThat(
                        Typed.arguments(
                                        "\"debug\": []",
                                        "\"include_for_metrics\": []",
                                        "\"fsdp_config\": {\"min_num_params\": 0, \"xla\": false}",
                                        "\"hub_token\": \"<HUB_TOKEN>\"")
                                .recipe()
                                .notices())
                .isEmpty();
    }

    private static Typed deepspeed(String... lines) {
        return Typed.words("--deepspeed", "ds.json").file("ds.json", lines);
    }
}
