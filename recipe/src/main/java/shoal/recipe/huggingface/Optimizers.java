package shoal.recipe.huggingface;

import java.util.Optional;
import java.util.Set;
import shoal.recipe.UpdateRule;

/** HF's optimizer names (transformers 4.27.4 to 5.24.0, OptimizerNames). */
final class Optimizers {
    static final String[] NAMES = {
        "adamw_torch",
        "adamw_torch_fused",
        "adamw_hf",
        "adamw_torch_xla",
        "adamw_torch_npu_fused",
        "adamw_apex_fused",
        "adafactor",
        "adamw_anyprecision",
        "adamw_torch_4bit",
        "adamw_torch_8bit",
        "ademamix",
        "sgd",
        "adagrad",
        "adamw_bnb_8bit",
        "adamw_8bit",
        "ademamix_8bit",
        "lion_8bit",
        "lion_32bit",
        "paged_adamw_32bit",
        "paged_adamw_8bit",
        "paged_ademamix_32bit",
        "paged_ademamix_8bit",
        "paged_lion_32bit",
        "paged_lion_8bit",
        "rmsprop",
        "rmsprop_bnb",
        "rmsprop_bnb_8bit",
        "rmsprop_bnb_32bit",
        "galore_adamw",
        "galore_adamw_8bit",
        "galore_adafactor",
        "galore_adamw_layerwise",
        "galore_adamw_8bit_layerwise",
        "galore_adafactor_layerwise",
        "lomo",
        "adalomo",
        "grokadamw",
        "schedule_free_radam",
        "schedule_free_adamw",
        "schedule_free_sgd",
        "apollo_adamw",
        "apollo_adamw_layerwise",
        "stable_adamw"
    };

    /** One rule, whatever computes it at HF: PyTorch's kernels, apex's for GPUs, XLA's, NPUs'. */
    private static final Set<String> SUPPORTED =
            Set.of(
                    "adamw_torch",
                    "adamw_torch_fused",
                    "adamw_torch_xla",
                    "adamw_torch_npu_fused",
                    "adamw_apex_fused");

    private Optimizers() {}

    /**
     * The rule of a name; none if it is not supported.
     *
     * @param decays whether there is a decay at all
     */
    static Optional<UpdateRule> rule(String name, boolean decays) {
        return switch (name) {
            case "adamw_hf" -> Optional.of(new UpdateRule.AdamThenDecay(true));
            case "paged_adamw_32bit" ->
                    Optional.of(
                            decays ? new UpdateRule.AdamThenDecay(false) : new UpdateRule.AdamW());
            default ->
                    SUPPORTED.contains(name)
                            ? Optional.of(new UpdateRule.AdamW())
                            : Optional.empty();
        };
    }
}
