package shoal.recipe.huggingface;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /** Near relatives of AdamW, and what would change. */
    private static final Map<String, String> NEAR =
            Map.of(
                    "adamw_hf",
                    "It adds epsilon before it corrects the bias, and decays after the step",
                    "paged_adamw_32bit",
                    "It decays after the step");

    private Optimizers() {}

    /** Why a name is refused and what to do; none if it is supported. */
    static Optional<String> refusal(String name) {
        if (SUPPORTED.contains(name)) {
            return Optional.empty();
        }
        String near = NEAR.get(name);
        return Optional.of(
                near == null
                        ? "This optimizer is not supported. Set it to \"adamw_torch\""
                        : near + ". Set it to \"adamw_torch\"");
    }
}
