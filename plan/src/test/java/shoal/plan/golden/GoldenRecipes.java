package shoal.plan.golden;

import java.util.Locale;
import java.util.Optional;
import shoal.plan.TestRecipes;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.Cadence.Strategy;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.Constant;
import shoal.recipe.ScheduleRecipe.Cosine;
import shoal.recipe.ScheduleRecipe.Linear;
import shoal.recipe.ScheduleRecipe.Warmup;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.json.JsonBoolean;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;

/** The recipe of a reference curve, from the few keys that those files have. */
final class GoldenRecipes {
    private GoldenRecipes() {}

    static Recipe of(JsonObject curve) {
        JsonObject args = Golden.object(curve, "train_args");
        boolean random = args.member("train_sampling_strategy").isEmpty();
        int batch = Golden.integer(args, "per_device_train_batch_size", 8);
        double rate = Golden.number(args, "learning_rate", 5e-5);
        return TestRecipes.plain()
                .with(
                        new BatchRecipe(
                                Golden.integer(curve, "ranks", 1),
                                batch,
                                Golden.integer(args, "per_device_eval_batch_size", 8),
                                Golden.integer(args, "gradient_accumulation_steps", 1),
                                BatchRecipe.defaultSlices(batch),
                                isTrue(args, "dataloader_drop_last")))
                .with(
                        new LengthRecipe(
                                Golden.number(args, "num_train_epochs", 3),
                                Golden.integer(args, "max_steps", -1)))
                .with(new OrderRecipe(random ? Sampling.RANDOM : Sampling.SEQUENTIAL, 42, 42))
                .with(
                        new OptimizerRecipe(
                                rate, 0.9, 0.999, 1e-8, 0, Golden.number(args, "max_grad_norm", 1)))
                .with(schedule(args, rate, curve.member("deepspeed_config").isPresent()))
                .logging(cadence(args, "logging", "steps"))
                .evaluation(cadence(args, "eval", "no"))
                .recipe();
    }

    private static ScheduleRecipe schedule(JsonObject args, double rate, boolean deepSpeed) {
        WarmupLength warmup =
                new WarmupLength(
                        Golden.integer(args, "warmup_steps", 0),
                        Golden.number(args, "warmup_ratio", 0));
        if (deepSpeed) {
            return new Warmup(0, rate, -1, warmup, true, true, -1);
        }
        String name = Golden.text(args, "lr_scheduler_type", "linear");
        return switch (name) {
            case "linear" -> new Linear(warmup);
            case "cosine" -> new Cosine(warmup, 0.5);
            case "constant_with_warmup" -> new Constant(warmup);
            default -> throw new IllegalStateException("no reference curve has " + name);
        };
    }

    private static Cadence cadence(JsonObject args, String kind, String strategyWhenAbsent) {
        String strategy = Golden.text(args, kind + "_strategy", strategyWhenAbsent);
        return new Cadence(
                Strategy.valueOf(strategy.toUpperCase(Locale.ROOT)),
                Golden.number(args, kind + "_steps", 1),
                false);
    }

    private static boolean isTrue(JsonObject args, String name) {
        Optional<JsonValue> value = args.member(name);
        return value.isPresent() && value.get() instanceof JsonBoolean flag && flag.value();
    }
}
