package shoal.engine.djl;

import java.util.List;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ZeroRecipe;
import tools.jackson.databind.JsonNode;

/** The arguments of a golden curve as a recipe: only what those files use. */
final class CurveRecipe {
    private CurveRecipe() {}

    static Recipe of(JsonNode golden) {
        JsonNode args = golden.get("train_args");
        int perDevice = args.get("per_device_train_batch_size").asInt();
        long seed = args.get("seed").asLong();
        boolean sequential = "sequential".equals(text(args, "train_sampling_strategy", ""));
        return new Recipe(
                new BatchRecipe(
                        1,
                        perDevice,
                        args.get("per_device_eval_batch_size").asInt(),
                        (int) number(args, "gradient_accumulation_steps", 1),
                        BatchRecipe.defaultSlices(perDevice),
                        args.has("dataloader_drop_last")),
                new LengthRecipe(
                        number(args, "num_train_epochs", 3), (int) number(args, "max_steps", -1)),
                new OrderRecipe(
                        sequential ? OrderRecipe.Sampling.SEQUENTIAL : OrderRecipe.Sampling.RANDOM,
                        seed,
                        seed),
                new OptimizerRecipe(
                        args.get("learning_rate").asDouble(),
                        number(args, "adam_beta1", 0.9),
                        number(args, "adam_beta2", 0.999),
                        number(args, "adam_epsilon", 1e-8),
                        args.get("weight_decay").asDouble(),
                        args.get("max_grad_norm").asDouble()),
                schedule(args),
                number(args, "label_smoothing_factor", 0),
                Cadence.never(),
                Cadence.never(),
                Cadence.never(),
                ZeroRecipe.none(),
                192,
                2,
                "output",
                List.of());
    }

    private static ScheduleRecipe schedule(JsonNode args) {
        WarmupLength warmup =
                new WarmupLength(
                        (int) number(args, "warmup_steps", 0), number(args, "warmup_ratio", 0));
        return switch (args.get("lr_scheduler_type").asString()) {
            case "linear" -> new ScheduleRecipe.Linear(warmup);
            case "cosine" -> new ScheduleRecipe.Cosine(warmup, 0.5);
            case "constant_with_warmup" -> new ScheduleRecipe.Constant(warmup);
            default -> throw new IllegalArgumentException(args.toString());
        };
    }

    private static double number(JsonNode args, String name, double absent) {
        return args.has(name) ? args.get(name).asDouble() : absent;
    }

    private static String text(JsonNode args, String name, String absent) {
        return args.has(name) ? args.get(name).asString() : absent;
    }
}
