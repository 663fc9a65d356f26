package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/** The optimizer of a DeepSpeed file: which rule it is, and what is refused. */
class DeepSpeedOptimizerTest {
    private static final OptimizerRecipe DECAYING =
            new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0.1, 1).decayingAll();

    @Test
    void other_optimizers_and_schedules_are_refused_by_name() {
        assertThat(
                        deepspeed(
                                        "\"optimizer\": {\"type\": \"Lion\", \"params\": {}}",
                                        "\"scheduler\": {\"type\": \"StepLR\", \"params\": {}}")
                                .problems())
                .containsExactly(
                        "ds.json:2: optimizer.type is \"Lion\". This optimizer is not supported. Set"
                                + " it to \"AdamW\", \"Adam\", \"Lamb\", \"OneBitAdam\" or"
                                + " \"OneBitLamb\"",
                        "ds.json:3: scheduler.type is \"StepLR\". This schedule is not supported."
                                + " Set it to \"WarmupLR\", \"WarmupDecayLR\", \"WarmupCosineLR\","
                                + " \"OneCycle\" or \"LRRangeTest\", or remove scheduler and use"
                                + " lr_scheduler_type");
    }

    @Test
    void one_bit_adam_has_its_freeze_and_what_moves_bits_elsewhere_has_no_effect() {
        String others = ", \"cuda_aware\": true, \"comm_backend_name\": \"mpi\"";

        assertThat(optimizer("OneBitAdam", ", \"freeze_step\": 400" + others).rule())
                .isEqualTo(new UpdateRule.OneBitAdam(400));
        assertThat(optimizer("onebitadam", "").rule())
                .isEqualTo(new UpdateRule.OneBitAdam(100_000));
        assertThat(file("OneBitAdam", ", \"freeze_step\": 0").problems())
                .containsExactly(
                        "ds.json:2: optimizer.params.freeze_step is 0, expected an integer of at"
                                + " least 1");
    }

    @Test
    void one_bit_adam_with_a_stage_that_shards_is_a_problem_that_names_both_lines() {
        assertThat(
                        deepspeed(
                                        "\"optimizer\": {\"type\": \"OneBitAdam\"}",
                                        "\"zero_optimization\": {\"stage\": 2}")
                                .problems())
                .contains(
                        "ds.json:3: zero_optimization.stage is 2, but optimizer.type is"
                                + " \"OneBitAdam\" (ds.json:2): 1-bit optimizers shard nothing. Set"
                                + " the stage to 0, or the optimizer to \"AdamW\"");
    }

    @Test
    void one_bit_lamb_has_deepspeed_s_bounds_unless_the_file_gives_others() {
        assertThat(optimizer("OneBitLamb", "", "--weight_decay", "0.1"))
                .isEqualTo(
                        DECAYING.with(
                                new UpdateRule.OneBitLamb(
                                        100_000,
                                        new UpdateRule.Lamb(false, 10, 0.01, false),
                                        0.9,
                                        new UpdateRule.Factors(4, 0.5, 0.1))));
        assertThat(
                        optimizer(
                                        "onebitlamb",
                                        ", \"freeze_step\": 4, \"max_coeff\": 0.3,"
                                                + " \"min_coeff\": 0.1, \"coeff_beta\": 0.5,"
                                                + " \"factor_max\": 2, \"factor_min\": 0.25,"
                                                + " \"factor_threshold\": 0.2,"
                                                + " \"bias_correction\": true,"
                                                + " \"eps_inside_sqrt\": true")
                                .rule())
                .isEqualTo(
                        new UpdateRule.OneBitLamb(
                                4,
                                new UpdateRule.Lamb(false, 0.3, 0.1, false),
                                0.5,
                                new UpdateRule.Factors(2, 0.25, 0.2)));
    }

    @Test
    void one_bit_lamb_names_every_option_that_contradicts_another() {
        assertThat(
                        deepspeed(
                                        "\"optimizer\": {\"type\": \"OneBitLamb\", \"params\":"
                                                + " {\"max_coeff\": 0.3, \"min_coeff\": 0.4,"
                                                + " \"factor_max\": 1, \"factor_min\": 2,"
                                                + " \"amsgrad\": true}}",
                                        "\"zero_optimization\": {\"stage\": 1}")
                                .problems())
                .contains(
                        "ds.json:2: optimizer.params.min_coeff is 0.4, but"
                                + " optimizer.params.max_coeff is 0.3 (ds.json:2). Set it to that or"
                                + " less",
                        "ds.json:2: optimizer.params.factor_min is 2, but"
                                + " optimizer.params.factor_max is 1 (ds.json:2). Set it to that or"
                                + " less",
                        "ds.json:2: optimizer.params.amsgrad is true. AMSGrad is not supported. Set"
                                + " it to false",
                        "ds.json:3: zero_optimization.stage is 1, but optimizer.type is"
                                + " \"OneBitLamb\" (ds.json:2): 1-bit optimizers shard nothing. Set"
                                + " the stage to 0, or the optimizer to \"AdamW\"");
    }

    @Test
    void adam_puts_the_decay_into_the_gradient_where_there_is_one_and_the_file_says_so() {
        String mode = ", \"adam_w_mode\": false";

        assertThat(optimizer("Adam", mode, "--weight_decay", "0.1"))
                .isEqualTo(DECAYING.with(new UpdateRule.Adam()));
        assertThat(optimizer("Adam", mode, "--weight_decay", "0").rule())
                .isEqualTo(new UpdateRule.AdamW());
        assertThat(optimizer("AdamW", mode, "--weight_decay", "0.1")).isEqualTo(DECAYING);
    }

    @Test
    void lamb_has_deepspeed_s_bounds_unless_the_file_gives_others() {
        assertThat(optimizer("Lamb", "", "--weight_decay", "0.1"))
                .isEqualTo(DECAYING.with(new UpdateRule.Lamb(true, 10, 0.01, false)));
        assertThat(
                        optimizer(
                                        "lamb",
                                        ", \"max_coeff\": 0.3, \"min_coeff\": 0.1,"
                                                + " \"bias_correction\": false,"
                                                + " \"eps_inside_sqrt\": true")
                                .rule())
                .isEqualTo(new UpdateRule.Lamb(false, 0.3, 0.1, true));
    }

    @Test
    void adam_may_leave_the_bias_as_it_is_as_deepspeed_s_kernels_can() {
        String uncorrected = ", \"bias_correction\": false";

        assertThat(optimizer("AdamW", uncorrected).rule()).isEqualTo(new UpdateRule.AdamW(false));
        assertThat(
                        optimizer(
                                        "Adam",
                                        uncorrected + ", \"adam_w_mode\": false",
                                        "--weight_decay",
                                        "0.1")
                                .rule())
                .isEqualTo(new UpdateRule.Adam(false));
        assertThat(file("Adam", uncorrected + ", \"torch_adam\": true").problems())
                .containsExactly(
                        "ds.json:2: optimizer.params.bias_correction is false, but"
                                + " optimizer.params.torch_adam is true (ds.json:2): PyTorch's Adam"
                                + " always corrects the bias. Remove one");
    }

    @Test
    void rules_of_hf_that_decay_after_the_step_are_told_apart() {
        assertThat(Typed.words("--optim", "adamw_hf").recipe().optimizer().rule())
                .isEqualTo(new UpdateRule.AdamThenDecay(true));
        Typed paged = Typed.words("--optim", "paged_adamw_32bit");
        assertThat(paged.recipe().optimizer().rule()).isEqualTo(new UpdateRule.AdamW());
        assertThat(paged.and("--weight_decay", "0.1").recipe().optimizer().rule())
                .isEqualTo(new UpdateRule.AdamThenDecay(false));
    }

    @Test
    void bounds_the_wrong_way_round_are_problems() {
        assertThat(file("Lamb", ", \"max_coeff\": 0.3, \"min_coeff\": 0.4").problems())
                .containsExactly(
                        "ds.json:2: optimizer.params.min_coeff is 0.4, but"
                                + " optimizer.params.max_coeff is 0.3 (ds.json:2). Set it to that or"
                                + " less");
    }

    private static OptimizerRecipe optimizer(String type, String members, String... flags) {
        return file(type, members).and(flags).recipe().optimizer();
    }

    private static Typed file(String type, String members) {
        return deepspeed(
                "\"optimizer\": {\"type\": \""
                        + type
                        + "\", \"params\": {\"lr\": \"auto\", \"weight_decay\": \"auto\""
                        + members
                        + "}}");
    }

    private static Typed deepspeed(String... lines) {
        return Typed.words("--deepspeed", "ds.json").file("ds.json", lines);
    }
}
