package shoal.recipe.huggingface;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import shoal.recipe.Problems;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.CosineWithMinimum;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay.Shape;
import shoal.recipe.key.Setting;
import shoal.recipe.key.Settings;

/** HF's learning-rate schedules (transformers 4.27.4 to 5.24.0, optimization.py). */
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

    /** HF's default of lr_end. */
    private static final double END_RATE = 1e-7;

    private static final Map<String, Shape> SHAPES =
            Map.of("linear", Shape.LINEAR, "cosine", Shape.COSINE, "1-sqrt", Shape.ROOT);

    private final Settings settings;
    private final Problems problems;
    private final ScheduleArguments arguments;

    public Schedules(Settings settings, Problems problems) {
        this.settings = requireNonNull(settings, "settings");
        this.problems = requireNonNull(problems, "problems");
        this.arguments = new ScheduleArguments(settings.of("lr_scheduler_kwargs"), problems);
    }

    /** HF's warm-up; a warmup_steps below 1 is a share of all steps, as in 5.x. */
    public WarmupLength warmup() {
        double steps = settings.number("warmup_steps");
        if (steps > 0 && steps < 1) {
            return new WarmupLength(0, steps);
        }
        double ratio = settings.isNull("warmup_ratio") ? 0 : settings.number("warmup_ratio");
        return new WarmupLength((int) steps, steps > 0 ? 0 : ratio);
    }

    /** The schedule of lr_scheduler_type. */
    public ScheduleRecipe schedule() {
        checkWarmup();
        ScheduleRecipe schedule = named(settings.text("lr_scheduler_type").orElseThrow());
        arguments.refuseOthers();
        return schedule;
    }

    private void checkWarmup() {
        Setting steps = settings.of("warmup_steps");
        double value = settings.number("warmup_steps");
        if (value > 1 && value != Math.rint(value)) {
            problems.add(
                    steps.where(), steps.inWords() + ". Above 1 it counts steps and must be whole");
        }
    }

    private ScheduleRecipe named(String name) {
        WarmupLength warmup = warmup();
        return switch (name) {
            case "linear" -> new ScheduleRecipe.Linear(warmup);
            case "constant" -> new ScheduleRecipe.Constant(new WarmupLength(0, 0));
            case "constant_with_warmup" -> new ScheduleRecipe.Constant(warmup);
            case "cosine" -> new ScheduleRecipe.Cosine(warmup, cycles(HALF_WAVE));
            case "cosine_with_restarts" -> new ScheduleRecipe.CosineWithRestarts(warmup, cycles(1));
            case "cosine_with_min_lr", "cosine_warmup_with_min_lr" ->
                    cosineWithMinimum(warmup, name.equals("cosine_warmup_with_min_lr"));
            case "polynomial" -> polynomial(warmup);
            case "inverse_sqrt" ->
                    new ScheduleRecipe.InverseSquareRoot(
                            warmup, (int) arguments.whole("timescale", 0));
            case "warmup_stable_decay" -> stableDecay(warmup);
            default -> refused(warmup);
        };
    }

    private double cycles(double otherwise) {
        return arguments.number("num_cycles", 0, 1e6, otherwise);
    }

    private ScheduleRecipe cosineWithMinimum(WarmupLength warmup, boolean ahead) {
        double share = arguments.number("min_lr_rate", 0, 1e6, -1);
        double rate = arguments.number("min_lr", 0, 1e6, -1);
        if ((share < 0) == (rate < 0)) {
            arguments.refuse("needs one of min_lr and min_lr_rate");
        }
        double peak = settings.number("learning_rate");
        double minimum = rate >= 0 && peak > 0 ? rate / peak : Math.max(0, share);
        double start = ahead ? arguments.number("warmup_lr_rate", 0, 1e6, -1) : -1;
        return new CosineWithMinimum(
                warmup,
                cycles(HALF_WAVE),
                Math.min(minimum, 1e6),
                new CosineWithMinimum.Start(ahead, start));
    }

    private ScheduleRecipe polynomial(WarmupLength warmup) {
        double end = arguments.number("lr_end", 0, 1e6, END_RATE);
        if (end >= settings.number("learning_rate")) {
            arguments.refuse(
                    "has lr_end "
                            + end
                            + ", but "
                            + settings.of("learning_rate").reference()
                            + "; it must be below that");
        }
        return new ScheduleRecipe.Polynomial(warmup, end, arguments.number("power", 0, 1e6, 1));
    }

    private ScheduleRecipe stableDecay(WarmupLength warmup) {
        long decay = arguments.whole("num_decay_steps", -1);
        if (decay < 0) {
            arguments.refuse("needs num_decay_steps");
        }
        return new ScheduleRecipe.WarmupStableDecay(
                warmup,
                shape("warmup_type", "linear"),
                (int) arguments.whole("num_stable_steps", -1),
                (int) Math.max(0, decay),
                shape("decay_type", "cosine"),
                cycles(HALF_WAVE),
                arguments.number("min_lr_ratio", 0, 1, 0));
    }

    private Shape shape(String name, String otherwise) {
        String word = arguments.word(name, List.of("linear", "cosine", "1-sqrt"), otherwise);
        return requireNonNull(SHAPES.get(word), word);
    }

    /** Schedules whose rate depends on what is measured while training. */
    private ScheduleRecipe refused(WarmupLength warmup) {
        Setting type = settings.of("lr_scheduler_type");
        problems.add(
                type.where(),
                type.inWords()
                        + ". Schedules that follow a metric are not supported. Set it to \"linear\""
                        + " or \"cosine\"");
        return new ScheduleRecipe.Linear(warmup);
    }
}
