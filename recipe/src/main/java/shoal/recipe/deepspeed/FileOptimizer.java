package shoal.recipe.deepspeed;

import java.util.Locale;
import java.util.Optional;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Problems;
import shoal.recipe.UpdateRule;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;

/** The optimizer of a DeepSpeed file (deepspeed 0.19.8 runtime/engine.py). */
final class FileOptimizer {
    private static final String PARAMETERS = "optimizer.params.";

    private final Agreement agreement;
    private final Problems problems;

    FileOptimizer(Agreement agreement, Problems problems) {
        this.agreement = agreement;
        this.problems = problems;
    }

    /** The file's optimizer where it has one, else HF's. */
    OptimizerRecipe optimizer(OptimizerRecipe huggingFace) {
        agreement.match("gradient_clipping", "max_grad_norm");
        Setting type = file().of("optimizer.type");
        if (!type.isGiven() || file().isNull("optimizer.type")) {
            return huggingFace;
        }
        Optional<UpdateRule> rule = rule(huggingFace);
        if (rule.isEmpty()) {
            problems.add(
                    type.where(),
                    type.inWords()
                            + ". This optimizer is not supported. Set it to \"AdamW\", \"Adam\","
                            + " \"Lamb\", \"OneBitAdam\" or \"OneBitLamb\"");
            return huggingFace;
        }
        agreement.matchOrDefault("optimizer.params.lr", "learning_rate", 1e-3);
        agreement.matchOrDefault("optimizer.params.eps", "adam_epsilon", 1e-8);
        agreement.matchOrDefault("optimizer.params.weight_decay", "weight_decay", 0);
        agreement.matchBetas();
        // HF hands DeepSpeed's optimizer all parameters as one group (transformers 4.57.6
        // integrations/deepspeed.py, DummyOptim).
        return huggingFace.decayingAll().with(rule.get());
    }

    private Optional<UpdateRule> rule(OptimizerRecipe figures) {
        // DeepSpeed compares names in small letters.
        String name = file().text("optimizer.type").orElseThrow().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "adamw" -> Optional.of(adam(true, figures));
            case "adam" -> Optional.of(adam(file().flag(PARAMETERS + "adam_w_mode"), figures));
            case "lamb" -> Optional.of(lamb());
            case "onebitadam" -> Optional.of(new UpdateRule.OneBitAdam(freezeStep()));
            case "onebitlamb" -> Optional.of(oneBitLamb());
            default -> Optional.empty();
        };
    }

    /** For "AdamW" adam_w_mode is not read. Without decay both are one rule. */
    private UpdateRule adam(boolean decoupled, OptimizerRecipe figures) {
        Setting correction = file().of(PARAMETERS + "bias_correction");
        Setting torch = file().of(PARAMETERS + "torch_adam");
        boolean corrects = file().flag(correction.key().name());
        if (!corrects && file().flag(torch.key().name())) {
            problems.add(
                    correction.where(),
                    correction.inWords()
                            + ", but "
                            + torch.reference()
                            + ": PyTorch's Adam always corrects the bias. Remove one");
        }
        return decoupled || figures.weightDecay() == 0
                ? new UpdateRule.AdamW(corrects)
                : new UpdateRule.Adam(corrects);
    }

    private UpdateRule lamb() {
        Bounds bounds = bounds("min_coeff", "max_coeff");
        return new UpdateRule.Lamb(
                file().flag(PARAMETERS + "bias_correction"),
                bounds.max(),
                bounds.min(),
                file().flag(PARAMETERS + "eps_inside_sqrt"));
    }

    /** DeepSpeed's class takes bias_correction and eps_inside_sqrt and reads neither. */
    private UpdateRule oneBitLamb() {
        Bounds ratios = bounds("min_coeff", "max_coeff");
        Bounds factors = bounds("factor_min", "factor_max");
        return new UpdateRule.OneBitLamb(
                freezeStep(),
                new UpdateRule.Lamb(false, ratios.max(), ratios.min(), false),
                file().number(PARAMETERS + "coeff_beta"),
                new UpdateRule.Factors(
                        factors.max(),
                        factors.min(),
                        file().number(PARAMETERS + "factor_threshold")));
    }

    private record Bounds(double min, double max) {}

    private Bounds bounds(String smallest, String largest) {
        Setting least = file().of(PARAMETERS + smallest);
        Setting most = file().of(PARAMETERS + largest);
        double min = file().number(least.key().name());
        double max = file().number(most.key().name());
        if (min > max) {
            problems.add(
                    least.where(),
                    least.inWords() + ", but " + most.reference() + ". Set it to that or less");
        }
        return new Bounds(Math.min(min, max), max);
    }

    /** Each rank needs the whole momentum, and so the whole state. */
    private int freezeStep() {
        Setting stage = file().of("zero_optimization.stage");
        if (file().count(stage.key().name()) > 0) {
            problems.add(
                    stage.where(),
                    stage.inWords()
                            + ", but "
                            + file().of("optimizer.type").reference()
                            + ": 1-bit optimizers shard nothing. Set the stage to 0, or the"
                            + " optimizer to \"AdamW\"");
        }
        return file().count(PARAMETERS + "freeze_step");
    }

    private Settings file() {
        return agreement.file();
    }
}
