package shoal.recipe.huggingface;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.Limits;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Problems;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;
import shoal.recipe.key.Values;

/**
 * What a run's training arguments mean, part by part.
 *
 * <p>Every part is valid on its own: a value that no part can hold is noted as a problem, and the
 * default stands in, so that the other parts are still checked.
 */
public final class HuggingFaceRecipe {
    private final Settings settings;
    private final Problems problems;

    public HuggingFaceRecipe(Settings settings, Problems problems) {
        this.settings = requireNonNull(settings, "settings");
        this.problems = requireNonNull(problems, "problems");
    }

    /** Notes what is wrong with arguments that no part of a recipe comes from. */
    public void checkOthers() {
        AcceleratorKeys.check(settings.of("accelerator_config"), problems);
    }

    /** How rows are grouped, by so many logical ranks and slices. */
    public BatchRecipe batch(int ranks, int slices) {
        int rows = settings.count("per_device_train_batch_size");
        int accumulation = settings.count("gradient_accumulation_steps");
        long perStep = BatchRecipe.rowsPerStep(ranks, rows, accumulation);
        if (perStep > Limits.STEP_ROWS) {
            refuse(
                    settings.of("per_device_train_batch_size"),
                    "With %d ranks and gradient_accumulation_steps %d a step has %s rows, more than %d"
                            .formatted(
                                    ranks,
                                    accumulation,
                                    perStep == Long.MAX_VALUE ? "over 2^63" : perStep,
                                    Limits.STEP_ROWS));
        }
        boolean fits = perStep <= Limits.STEP_ROWS;
        return new BatchRecipe(
                ranks,
                fits ? rows : 1,
                settings.count("per_device_eval_batch_size"),
                fits ? accumulation : 1,
                slices,
                settings.flag("dataloader_drop_last"));
    }

    /** Whether backward computes activations again; null means no. */
    public boolean recomputes() {
        String name = "activation_checkpointing";
        return !settings.isNull(name) && settings.flag(name);
    }

    /** How long training lasts. HF takes max_steps of 0 for "not set", as any value below 1. */
    public LengthRecipe length() {
        int steps = settings.count("max_steps");
        return new LengthRecipe(settings.number("num_train_epochs"), steps > 0 ? steps : -1);
    }

    /** In which order rows are visited. */
    public OrderRecipe order() {
        long seed = settings.whole("seed");
        long dataSeed = settings.isNull("data_seed") ? seed : settings.whole("data_seed");
        return new OrderRecipe(sampling(), seed, dataSeed);
    }

    private OrderRecipe.Sampling sampling() {
        Setting strategy = settings.of("train_sampling_strategy");
        String word = settings.text("train_sampling_strategy").orElseThrow();
        if (!settings.flag("group_by_length")) {
            return OrderRecipe.Sampling.valueOf(word.toUpperCase(Locale.ROOT));
        }
        if (strategy.isGiven() && !word.equals("group_by_length")) {
            Setting grouped = settings.of("group_by_length");
            problems.add(
                    grouped.where(),
                    grouped.inWords() + ", but " + strategy.reference() + ". Remove one");
        }
        return OrderRecipe.Sampling.GROUP_BY_LENGTH;
    }

    /** The update rule, of HF's own optimizer. */
    public OptimizerRecipe optimizer() {
        Setting optim = settings.of("optim");
        String name = settings.text("optim").orElseThrow();
        Optional<UpdateRule> rule = Optimizers.rule(name, settings.number("weight_decay") > 0);
        if (rule.isEmpty()) {
            refuse(optim, "This optimizer is not supported. Set it to \"adamw_torch\"");
        }
        OptimizerRecipe figures =
                new OptimizerRecipe(
                        settings.number("learning_rate"),
                        settings.number("adam_beta1"),
                        settings.number("adam_beta2"),
                        settings.number("adam_epsilon"),
                        settings.number("weight_decay"),
                        settings.isNull("max_grad_norm") ? 0 : settings.number("max_grad_norm"));
        return rule.map(figures::with).orElse(figures);
    }

    /**
     * When to evaluate.
     *
     * @param hasRows whether there is an evaluation file
     */
    public Cadence evaluation(boolean hasRows) {
        Setting strategy = settings.of("eval_strategy");
        Setting onStart = settings.of("eval_on_start");
        Cadence.Strategy when = strategy(strategy);
        boolean atStart = settings.flag("eval_on_start");
        if (!hasRows && (when != Cadence.Strategy.NO || atStart)) {
            refuse(
                    when != Cadence.Strategy.NO ? strategy : onStart,
                    "There is nothing to evaluate on: give --eval_file, or set it to "
                            + (when != Cadence.Strategy.NO ? "\"no\"" : "false"));
            return Cadence.never();
        }
        boolean ownSteps = !settings.isNull("eval_steps") && settings.number("eval_steps") > 0;
        return new Cadence(
                when,
                steps(when, settings.of(ownSteps ? "eval_steps" : "logging_steps")),
                false,
                atStart,
                settings.number("eval_delay"));
    }

    /** When to log. */
    public Cadence logging() {
        Cadence.Strategy when = strategy(settings.of("logging_strategy"));
        return new Cadence(
                when,
                steps(when, settings.of("logging_steps")),
                settings.flag("logging_first_step"));
    }

    /** When to save a checkpoint. */
    public Cadence saving() {
        Cadence.Strategy when = strategy(settings.of("save_strategy"));
        return new Cadence(when, steps(when, settings.of("save_steps")), false);
    }

    /** Which evaluation is the best one, and what follows from it. */
    public SelectionRecipe selection() {
        return new Selections(settings, problems).selection();
    }

    private static Cadence.Strategy strategy(Setting setting) {
        String word = Values.plain(setting.value());
        return Cadence.Strategy.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private double steps(Cadence.Strategy when, Setting setting) {
        if (when != Cadence.Strategy.STEPS) {
            return 0;
        }
        double steps = settings.number(setting.key().name());
        if (steps == 0) {
            refuse(setting, "Steps are counted, so it must be above 0");
            return 1;
        }
        if (steps > 1 && steps != Math.rint(steps)) {
            refuse(setting, "Above 1 it counts steps and must be whole");
            return 1;
        }
        return steps;
    }

    private void refuse(Setting setting, String sentence) {
        problems.add(setting.where(), setting.inWords() + ". " + sentence);
    }
}
