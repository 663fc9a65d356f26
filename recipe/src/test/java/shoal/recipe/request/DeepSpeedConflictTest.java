package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;

/**
 * A DeepSpeed file beside training arguments: what is filled, what contradicts, what is refused.
 */
class DeepSpeedConflictTest {
    private static final String ADAMW =
            "\"optimizer\": {\"type\": \"AdamW\", \"params\": {\"lr\": \"auto\"}}";

    @Test
    void a_value_that_contradicts_the_training_arguments_names_both_lines() {
        assertThat(
                        Typed.arguments(
                                        "\"per_device_train_batch_size\": 32",
                                        "\"gradient_accumulation_steps\": 2",
                                        "\"learning_rate\": 1e-4",
                                        "\"max_grad_norm\": 0.5",
                                        "\"weight_decay\": 0.01",
                                        "\"deepspeed\": \"ds.json\"")
                                .file(
                                        "ds.json",
                                        "\"train_batch_size\": 60",
                                        "\"train_micro_batch_size_per_gpu\": 16",
                                        "\"gradient_accumulation_steps\": 1",
                                        "\"gradient_clipping\": 1.0",
                                        "\"optimizer\": {\"type\": \"AdamW\", \"params\": {\"lr\":"
                                                + " 2e-4",
                                        "\"betas\": [0.9, 0.95]",
                                        "\"eps\": 1e-6",
                                        "\"weight_decay\": 0.0}}")
                                .and("--ranks", "2")
                                .problems())
                .containsExactly(
                        "ds.json:3: train_micro_batch_size_per_gpu is 16, but"
                                + " per_device_train_batch_size is 32 (args.json:2). Set it to 32"
                                + " or \"auto\"",
                        "ds.json:4: gradient_accumulation_steps is 1, but"
                                + " gradient_accumulation_steps is 2 (args.json:3). Set it to 2 or"
                                + " \"auto\"",
                        "ds.json:2: train_batch_size is 60, but 32 per device (args.json:2) x 2"
                                + " (args.json:3) x 2 ranks = 128. Set it to 128 or \"auto\"",
                        "ds.json:5: gradient_clipping is 1.0, but max_grad_norm is 0.5"
                                + " (args.json:5). Set it to 0.5 or \"auto\"",
                        "ds.json:6: optimizer.params.lr is 2e-4, but learning_rate is 1e-4"
                                + " (args.json:4). Set it to 1e-4 or \"auto\"",
                        "ds.json:8: optimizer.params.eps is 1e-6, but adam_epsilon is 1e-8"
                                + " (default). Set it to 1e-8 or \"auto\"",
                        "ds.json:9: optimizer.params.weight_decay is 0.0, but weight_decay is 0.01"
                                + " (args.json:6). Set it to 0.01 or \"auto\"",
                        "ds.json:7: optimizer.params.betas is a list, but adam_beta1 is 0.9"
                                + " (default) and adam_beta2 is 0.999 (default). Set it to"
                                + " [0.9,0.999] or \"auto\"");
    }

    @Test
    void equal_values_are_no_contradiction_however_they_are_written() {
        Recipe recipe =
                deepspeed(
                                "\"train_batch_size\": 8.0",
                                "\"gradient_clipping\": 1",
                                "\"optimizer\": {\"type\": \"Adam\", \"params\": {\"lr\": 0.00005,"
                                        + " \"betas\": [0.9, 0.999], \"adam_w_mode\": true}}",
                                "\"zero_optimization\": {\"stage\": 1}")
                        .recipe();

        assertThat(recipe.optimizer())
                .isEqualTo(new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0, 1).decayingAll());
        assertThat(recipe.zero()).isEqualTo(new ZeroRecipe(1, Offload.DEVICE, Offload.DEVICE));
    }

    @Test
    void a_value_that_is_left_out_counts_as_deepspeed_s_default() {
        assertThat(
                        deepspeed("\"optimizer\": {\"type\": \"AdamW\", \"params\": {}}")
                                .and("--adam_beta2=0.95")
                                .problems())
                .containsExactly(
                        "ds.json:2: optimizer.params.lr is missing, and DeepSpeed would take"
                                + " 0.001, but learning_rate is 5e-5 (default). Add \"lr\":"
                                + " \"auto\"",
                        "ds.json:2: optimizer.params.betas is missing, and DeepSpeed would take"
                                + " [0.9, 0.999], but adam_beta1 is 0.9 (default) and adam_beta2 is"
                                + " 0.95 (--adam_beta2). Add \"betas\": \"auto\"");
    }

    @Test
    void schedules_take_their_values_or_hf_s() {
        Recipe recipe =
                deepspeed(
                                "\"scheduler\": {\"type\": \"WarmupLR\", \"params\":"
                                        + " {\"warmup_min_lr\": 1e-6, \"warmup_max_lr\": \"auto\","
                                        + " \"warmup_num_steps\": 10, \"warmup_type\":"
                                        + " \"linear\"}}")
                        .and("--warmup_steps", "10")
                        .recipe();

        assertThat(recipe.schedule())
                .isEqualTo(
                        new ScheduleRecipe.Warmup(
                                1e-6,
                                5e-5,
                                10,
                                new ScheduleRecipe.WarmupLength(10, 0),
                                false,
                                false,
                                -1));
    }

    @Test
    void schedules_that_contradict_the_training_arguments_are_refused() {
        assertThat(
                        deepspeed(
                                        "\"scheduler\": {\"type\": \"WarmupDecayLR\", \"params\":"
                                                + " {\"warmup_max_lr\": 1e-3,"
                                                + " \"warmup_num_steps\": 100,"
                                                + " \"total_num_steps\": 1000}}")
                                .and("--max_steps", "500")
                                .problems())
                .containsExactly(
                        "ds.json:2: scheduler.params.warmup_max_lr is 1e-3, but learning_rate is"
                                + " 5e-5 (default). Set it to 5e-5 or \"auto\"",
                        "ds.json:2: scheduler.params.warmup_num_steps is 100, but warmup_steps is"
                                + " 0 (default). Set it to 0 or \"auto\"",
                        "ds.json:2: scheduler.params.total_num_steps is 1000, but max_steps is 500"
                                + " (--max_steps). Set it to 500 or \"auto\"");
        assertThat(
                        deepspeed("\"scheduler\": {\"type\": \"WarmupDecayLR\"}")
                                .and("--learning_rate", "1e-3")
                                .problems())
                .containsExactly(
                        "ds.json:2: WarmupDecayLR needs scheduler.params.total_num_steps. Set it"
                                + " to \"auto\"");
    }

    @Test
    void auto_that_hf_does_not_fill_is_an_error_that_names_the_key() {
        assertThat(deepspeed("\"zero_optimization\": {\"stage\": \"auto\"}").problems())
                .containsExactly(
                        "ds.json:2: zero_optimization.stage is \"auto\", which neither HF nor accelerate"
                                + " fills. Give an integer from 0 to 3, or remove it");
    }

    @Test
    void precision_is_refused_by_either_name() {
        assertThat(
                        deepspeed(
                                        "\"bfloat16\": {\"enabled\": true}",
                                        "\"fp16\": {\"enabled\": true}")
                                .problems())
                .containsExactly(
                        "ds.json:2: bfloat16.enabled is true. Bfloat16 is not supported: on a CPU"
                                + " without AMX it is a hundred times slower than fp32. Set it to"
                                + " false or \"auto\"",
                        "ds.json:3: fp16.enabled is true. Float16 is not supported: training on a"
                                + " CPU computes in fp32. Set it to false or \"auto\"");
    }

    @Test
    void a_misspelt_switch_of_a_section_is_not_taken_for_a_detail_of_it() {
        assertThat(
                        deepspeed(
                                        "\"bf16\": {\"enable\": true}",
                                        "\"autotuning\": {\"enable\": true}",
                                        "\"flops_profiler\": {\"enabled\": true}",
                                        "\"zero_optimization\": 3")
                                .problems())
                .containsExactly(
                        "ds.json:2: bf16.enable is not known; did you mean bf16.enabled?",
                        "ds.json:3: autotuning.enable is not known; did you mean"
                                + " autotuning.enabled?",
                        "ds.json:5: zero_optimization is 3, expected an object {…}");
    }

    @Test
    void a_misspelt_detail_of_a_section_is_named() {
        assertThat(
                        deepspeed(
                                        "\"flops_profiler\": {\"enabled\": true, \"profile_steps\": 1}",
                                        "\"activation_checkpointing\": {\"profile\": false}",
                                        "\"aio\": {\"block_sizes\": 1048576}")
                                .problems())
                .containsExactly(
                        "ds.json:2: flops_profiler.profile_steps is not known; did you mean"
                                + " flops_profiler.profile_step?",
                        "ds.json:4: aio.block_sizes is not known; did you mean aio.block_size?");
    }

    @Test
    void parameters_are_offloaded_in_stage_3_only() {
        assertThat(
                        deepspeed(
                                        "\"zero_optimization\": {\"stage\": 2",
                                        "\"offload_param\": {\"device\": \"cpu\"}}")
                                .recipe()
                                .notices())
                .contains(
                        "ds.json:3: zero_optimization.offload_param.device is \"cpu\", which has no"
                                + " effect: zero_optimization.stage is 2 (ds.json:2), and parameters"
                                + " are offloaded in stage 3 only");
        assertThat(
                        deepspeed(
                                        "\"zero_optimization\": {\"stage\": 3",
                                        "\"cpu_offload\": true",
                                        "\"offload_param\": {\"device\": \"cpu\"}}")
                                .recipe()
                                .zero())
                .isEqualTo(new ZeroRecipe(3, Offload.CPU, Offload.CPU));
    }

    @Test
    void only_the_training_arguments_have_activations_computed_again() {
        String section = "\"activation_checkpointing\": {\"partition_activations\": true}";
        String whole = "\"deepspeed\": {\"zero_optimization\": {\"stage\": 2}, " + section + "}";

        assertThat(Typed.arguments(whole).recipe().zero())
                .isEqualTo(new ZeroRecipe(2, Offload.DEVICE, Offload.DEVICE, false));
        assertThat(Typed.arguments("\"gradient_checkpointing\": true", whole).recipe().zero())
                .isEqualTo(new ZeroRecipe(2, Offload.DEVICE, Offload.DEVICE, true));
        assertThat(Typed.arguments("\"gradient_checkpointing\": null").recipe().zero())
                .isEqualTo(ZeroRecipe.none());
        assertThat(Typed.arguments("\"gradient_checkpointing\": true").recipe().notices())
                .isEmpty();
    }

    @Test
    void moments_go_to_a_file_where_device_and_folder_say_so() {
        Typed filed =
                deepspeed(
                        "\"zero_optimization\": {\"stage\": 2",
                        "\"offload_optimizer\": {\"device\": \"nvme\", \"nvme_path\": \"/fast\"}}");

        assertThat(filed.recipe().zero())
                .isEqualTo(new ZeroRecipe(2, Offload.NVME, Offload.DEVICE, false, "/fast", ""));
        assertThat(filed.recipe().notices())
                .contains("ds.json:2: stage changes nothing with one worker");
    }

    @Test
    void parameters_go_to_a_file_where_device_and_folder_say_so() {
        Typed filed =
                deepspeed(
                        "\"zero_optimization\": {\"stage\": 3",
                        "\"offload_optimizer\": {\"device\": \"nvme\", \"nvme_path\": \"/fast\"}",
                        "\"offload_param\": {\"device\": \"nvme\", \"nvme_path\": \"/slow\"}}");

        assertThat(filed.recipe().zero())
                .isEqualTo(new ZeroRecipe(3, Offload.NVME, Offload.NVME, false, "/fast", "/slow"));
        assertThat(filed.recipe().notices()).isEmpty();
        assertThat(
                        deepspeed(
                                        "\"zero_optimization\": {\"stage\": 3",
                                        "\"offload_param\": {\"device\": \"nvme\"}}")
                                .problems())
                .containsExactly(
                        "ds.json:3: zero_optimization.offload_param.device is \"nvme\", but"
                                + " offload_param.nvme_path names no folder. Set it to one that"
                                + " every worker can write to");
    }

    @Test
    void offload_to_nvme_needs_an_absolute_folder() {
        assertThat(
                        deepspeed(
                                        "\"zero_optimization\": {\"stage\": 2",
                                        "\"offload_optimizer\": {\"device\": \"nvme\"}}")
                                .problems())
                .containsExactly(
                        "ds.json:3: zero_optimization.offload_optimizer.device is \"nvme\", but"
                                + " offload_optimizer.nvme_path names no folder. Set it to one that"
                                + " every worker can write to");
        assertThat(
                        deepspeed(
                                        "\"zero_optimization\": {\"stage\": 2",
                                        "\"offload_optimizer\": {\"nvme_path\": \"here\", \"device\": \"nvme\"}}")
                                .problems())
                .anyMatch(
                        words ->
                                words.contains("nvme_path is \"here\", expected an absolute path"));
    }

    @Test
    void the_file_s_content_may_stand_in_the_training_arguments() {
        assertThat(
                        Typed.arguments("\"deepspeed\": {\"zero_optimization\": {\"stage\": 2}}")
                                .recipe()
                                .zero()
                                .stage())
                .isEqualTo(2);
        assertThat(
                        Typed.arguments("\"deepspeed\": {\"zero_optimization\":\n{\"stage\": 4}}")
                                .problems())
                .containsExactly(
                        "args.json:3: zero_optimization.stage is 4, expected an integer from 0 to"
                                + " 3");
    }

    @Test
    void deepspeed_s_optimizer_decays_all_parameters_and_hf_s_does_not() {
        assertThat(deepspeed(ADAMW).recipe().optimizer().decaysAll()).isTrue();
        assertThat(deepspeed("\"gradient_clipping\": \"auto\"").recipe().optimizer().decaysAll())
                .isFalse();
    }

    @Test
    void hf_s_schedule_is_logged_ahead_where_deepspeed_makes_the_optimizer() {
        ScheduleRecipe plain = deepspeed("\"gradient_clipping\": \"auto\"").recipe().schedule();

        assertThat(deepspeed(ADAMW).recipe().schedule())
                .isEqualTo(new ScheduleRecipe.LoggedAhead(plain));
    }

    @Test
    void a_cosine_after_the_warm_up_takes_its_shares_from_the_file_and_its_peak_from_hf() {
        assertThat(
                        deepspeed(
                                        "\"scheduler\": {\"type\": \"WarmupCosineLR\", \"params\":"
                                                + " {\"total_num_steps\": \"auto\","
                                                + " \"warmup_num_steps\": \"auto\","
                                                + " \"warmup_min_ratio\": 0.1, \"cos_min_ratio\": 0}}")
                                .and("--warmup_steps", "10")
                                .recipe()
                                .schedule())
                .isEqualTo(
                        new ScheduleRecipe.WarmupCosine(
                                0.1, -1, new ScheduleRecipe.WarmupLength(10, 0), true, 0, -1));
        assertThat(deepspeed("\"scheduler\": {\"type\": \"WarmupCosineLR\"}").problems())
                .containsExactly(
                        "ds.json:2: WarmupCosineLR needs scheduler.params.total_num_steps. Set it"
                                + " to \"auto\"");
    }

    @Test
    void cycles_and_range_tests_are_read_and_momentum_is_refused() {
        assertThat(
                        deepspeed(
                                        "\"scheduler\": {\"type\": \"OneCycle\", \"params\":"
                                                + " {\"cycle_min_lr\": 1e-4, \"cycle_max_lr\": 1e-3,"
                                                + " \"cycle_first_step_size\": 3,"
                                                + " \"cycle_first_stair_count\": 2,"
                                                + " \"cycle_momentum\": false}}")
                                .recipe()
                                .schedule())
                .isEqualTo(
                        new ScheduleRecipe.OneCycle(
                                1e-4,
                                1e-3,
                                new ScheduleRecipe.OneCycle.Half(3, 2),
                                new ScheduleRecipe.OneCycle.Half(3, 2),
                                0,
                                0));
        assertThat(deepspeed("\"scheduler\": {\"type\": \"LRRangeTest\"}").recipe().schedule())
                .isEqualTo(new ScheduleRecipe.RangeTest(1e-3, 2000, 1, false));
        assertThat(deepspeed("\"scheduler\": {\"type\": \"OneCycle\"}").problems())
                .containsExactly(
                        "ds.json:2: scheduler.params.cycle_momentum is true (DeepSpeed's default):"
                                + " OneCycle would steer the optimizer's betas, which is not"
                                + " supported. Set it to false",
                        "ds.json:2: OneCycle needs scheduler.params.cycle_min_lr. Add it",
                        "ds.json:2: OneCycle needs scheduler.params.cycle_max_lr. Add it");
    }

    private static Typed deepspeed(String... lines) {
        return Typed.words("--deepspeed", "ds.json").file("ds.json", lines);
    }
}
