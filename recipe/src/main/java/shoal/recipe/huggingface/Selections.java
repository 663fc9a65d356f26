package shoal.recipe.huggingface;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.recipe.Problems;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.key.NearestName;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;
import shoal.recipe.key.Values;

/**
 * Which evaluation is the best one, and what follows from it: the checks and defaults of
 * transformers 4.57.6 (training_args.py, __post_init__; trainer.py, __init__; trainer_callback.py,
 * EarlyStoppingCallback).
 */
final class Selections {
    private final Settings settings;
    private final Problems problems;

    Selections(Settings settings, Problems problems) {
        this.settings = requireNonNull(settings, "settings");
        this.problems = requireNonNull(problems, "problems");
    }

    SelectionRecipe selection() {
        boolean endsWithBest = settings.flag("load_best_model_at_end");
        Optional<String> typed = settings.text("metric_for_best_model");
        String metric = typed.orElse(endsWithBest ? "loss" : "");
        String name = metric.startsWith("eval_") ? metric.substring("eval_".length()) : metric;
        boolean known = name.isEmpty() || SelectionRecipe.METRICS.contains(name);
        if (!known) {
            refuse(
                    settings.of("metric_for_best_model"),
                    near(name) + "The metrics are " + String.join(", ", SelectionRecipe.METRICS));
        }
        if (endsWithBest) {
            requireSameSteps();
        }
        int patience = settings.count("early_stopping_patience");
        if (patience > 0) {
            requireComparison(settings.of("early_stopping_patience"), name);
        }
        if (isBest("save_strategy")) {
            requireComparison(settings.of("save_strategy"), name);
        }
        return new SelectionRecipe(
                known ? name : "",
                settings.isNull("greater_is_better")
                        ? !metric.isEmpty() && !metric.endsWith("loss")
                        : settings.flag("greater_is_better"),
                endsWithBest,
                patience,
                settings.number("early_stopping_threshold"),
                settings.isNull("save_total_limit") ? 0 : settings.count("save_total_limit"),
                settings.flag("save_only_model"));
    }

    /** The metric that a name was probably meant to be: misspelt, or cut short like "acc". */
    private static String near(String name) {
        return NearestName.of(name, SelectionRecipe.METRICS)
                .or(
                        () ->
                                SelectionRecipe.METRICS.stream()
                                        .filter(each -> each.startsWith(name))
                                        .findFirst())
                .map(each -> "Did you mean " + each + "? ")
                .orElse("");
    }

    /** What compares evaluations needs some, and a metric. */
    private void requireComparison(Setting setting, String metric) {
        if (strategy("eval_strategy").equals("no")) {
            refuse(setting, "Nothing is evaluated: set eval_strategy to \"steps\" or \"epoch\"");
        } else if (metric.isEmpty()) {
            refuse(setting, "Say which evaluation is better: set metric_for_best_model");
        }
    }

    /** The best model can only be loaded if it was saved when it was evaluated. */
    private void requireSameSteps() {
        Setting setting = settings.of("load_best_model_at_end");
        String evaluation = strategy("eval_strategy");
        String saving = strategy("save_strategy");
        if (saving.equals("best")) {
            return;
        }
        if (!evaluation.equals(saving)) {
            refuse(
                    setting,
                    "eval_strategy is \""
                            + evaluation
                            + "\" and save_strategy is \""
                            + saving
                            + "\"; set both to the same");
            return;
        }
        if (evaluation.equals("no")) {
            refuse(setting, "Nothing is evaluated: set eval_strategy and save_strategy");
            return;
        }
        if (evaluation.equals("steps") && !isMultiple(savingSteps(), evaluationSteps())) {
            refuse(
                    setting,
                    "save_steps is "
                            + words("save_steps")
                            + ", but must be a multiple of the steps between evaluations, "
                            + words(evaluationStepsName()));
        }
    }

    private double savingSteps() {
        return settings.number("save_steps");
    }

    private double evaluationSteps() {
        return settings.number(evaluationStepsName());
    }

    private String evaluationStepsName() {
        boolean own = !settings.isNull("eval_steps") && settings.number("eval_steps") > 0;
        return own ? "eval_steps" : "logging_steps";
    }

    /** HF compares shares of all steps to six decimals; a share and a count never match. */
    private static boolean isMultiple(double saving, double evaluation) {
        if (saving == 0 || evaluation == 0) {
            return true; // Refused where the steps are read.
        }
        if (saving < 1 != evaluation < 1) {
            return false;
        }
        double scale = saving < 1 ? 1e6 : 1;
        return (saving * scale) % (evaluation * scale) == 0;
    }

    private boolean isBest(String name) {
        return strategy(name).equals("best");
    }

    private String strategy(String name) {
        return settings.text(name).orElseThrow();
    }

    private String words(String name) {
        return Values.plain(settings.of(name).value());
    }

    private void refuse(Setting setting, String sentence) {
        problems.add(setting.where(), setting.inWords() + ". " + sentence);
    }
}
