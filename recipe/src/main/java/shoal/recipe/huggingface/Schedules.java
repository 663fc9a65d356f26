package shoal.recipe.huggingface;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;
import shoal.recipe.Problems;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;

/** HF's learning-rate schedules (transformers 4.27.4 to 5.24.0, SchedulerType). */
public final class Schedules {
    static final String[] NAMES = {
        "linear",
        "cosine",
        "cosine_with_restarts",
        "polynomial",
        "constant",
        "constant_with_warmup",
        "inverse_sqrt",
        "reduce_lr_on_plateau",
        "cosine_with_min_lr",
        "cosine_warmup_with_min_lr",
        "warmup_stable_decay",
        "greedy"
    };

    /** HF's default of num_cycles: one half-wave, down to 0. */
    private static final double HALF_WAVE = 0.5;

    private final Settings settings;
    private final Problems problems;

    public Schedules(Settings settings, Problems problems) {
        this.settings = requireNonNull(settings, "settings");
        this.problems = requireNonNull(problems, "problems");
    }

    /** HF's warm-up; a warmup_steps below 1 is a share of all steps, as in 5.x. */
    public WarmupLength warmup() {
        double steps = settings.number("warmup_steps");
        if (steps > 0 && steps < 1) {
            return new WarmupLength(0, steps);
        }
        if (steps != Math.rint(steps)) {
            Setting setting = settings.of("warmup_steps");
            problems.add(
                    setting.where(),
                    setting.inWords() + ". Above 1 it counts steps and must be whole");
        }
        double ratio = settings.isNull("warmup_ratio") ? 0 : settings.number("warmup_ratio");
        return new WarmupLength((int) steps, steps > 0 ? 0 : ratio);
    }

    /** The schedule of lr_scheduler_type. */
    public ScheduleRecipe schedule() {
        Setting type = settings.of("lr_scheduler_type");
        WarmupLength warmup = warmup();
        return switch (settings.text("lr_scheduler_type").orElseThrow()) {
            case "linear" -> with(Set.of(), new ScheduleRecipe.Linear(warmup));
            case "constant" -> with(Set.of(), new ScheduleRecipe.Constant(new WarmupLength(0, 0)));
            case "constant_with_warmup" -> with(Set.of(), new ScheduleRecipe.Constant(warmup));
            case "cosine" ->
                    with(
                            Set.of("num_cycles"),
                            new ScheduleRecipe.Cosine(warmup, argument("num_cycles", HALF_WAVE)));
            default -> {
                problems.add(
                        type.where(),
                        type.inWords()
                                + ". This schedule is not supported. Set it to \"linear\","
                                + " \"cosine\", \"constant\" or \"constant_with_warmup\"");
                yield new ScheduleRecipe.Linear(warmup);
            }
        };
    }

    private ScheduleRecipe with(Set<String> names, ScheduleRecipe schedule) {
        Setting setting = settings.of("lr_scheduler_kwargs");
        for (Map.Entry<String, JsonValue> argument : arguments().members().entrySet()) {
            if (!names.contains(argument.getKey())) {
                problems.add(
                        setting.where(),
                        "lr_scheduler_kwargs has "
                                + argument.getKey()
                                + ", which this schedule does not take");
            }
        }
        return schedule;
    }

    private double argument(String name, double otherwise) {
        return arguments()
                .member(name)
                .filter(JsonNumber.class::isInstance)
                .map(value -> ((JsonNumber) value).decimal())
                .orElse(otherwise);
    }

    private JsonObject arguments() {
        return settings.of("lr_scheduler_kwargs").value() instanceof JsonObject object
                ? object
                : JsonObject.of(Map.of());
    }
}
