package shoal.coordinator.core;

import java.util.Collections;
import java.util.List;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.Limits;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.ZeroRecipe;

/** Recipes of every kind with numbers at their bounds. */
final class GeneratedRecipes {
    private final GeneratedNumbers numbers;

    GeneratedRecipes(GeneratedNumbers numbers) {
        this.numbers = numbers;
    }

    /**
     * A recipe's text.
     *
     * @throws IllegalArgumentException where a number is none that a recipe can have
     */
    String json() {
        String text = RecipeJson.write(recipe());
        return numbers.rarely() ? damaged(text) : text;
    }

    /** With another number, or with a piece less. */
    private String damaged(String text) {
        int at = numbers.below(text.length());
        int end = Math.min(text.length(), at + 1 + numbers.below(4));
        String[] other = {"", "0", "-1", "1e400", "-0.0", "2147483648", "\"\"", "null", "[]", "{}"};
        return text.substring(0, at) + numbers.one(other) + text.substring(end);
    }

    private Recipe recipe() {
        return new Recipe(
                new BatchRecipe(
                        numbers.count(1, 3),
                        numbers.count(1, 4),
                        numbers.count(1, 4),
                        numbers.count(1, 2),
                        numbers.count(1, 2),
                        numbers.flag()),
                new LengthRecipe(numbers.decimal(2), numbers.flag() ? -1 : numbers.count(1, 4)),
                new OrderRecipe(
                        numbers.one(OrderRecipe.Sampling.values()),
                        numbers.whole(0, 9),
                        numbers.whole(0, 9)),
                new OptimizerRecipe(
                        rule(),
                        numbers.decimal(1e-3),
                        numbers.decimal(0.9),
                        numbers.decimal(0.99),
                        numbers.decimal(1e-8),
                        numbers.decimal(0.1),
                        numbers.decimal(1),
                        numbers.flag()),
                schedule(),
                numbers.decimal(0.5),
                cadence(),
                cadence(),
                cadence(),
                new SelectionRecipe(
                        numbers.flag() ? "" : numbers.text(metric(), 9),
                        numbers.flag(),
                        numbers.flag(),
                        numbers.count(0, 2),
                        numbers.decimal(0.1),
                        numbers.count(0, 2)),
                new MonitorRecipe(numbers.flag() ? "" : numbers.text("csv", Limits.PATH_LENGTH)),
                new ZeroRecipe(
                        numbers.below(4), ZeroRecipe.Offload.DEVICE, ZeroRecipe.Offload.DEVICE),
                numbers.count(1, 16),
                numbers.count(0, 3),
                numbers.text("output", Limits.PATH_LENGTH),
                notices());
    }

    private List<String> notices() {
        int count = numbers.rarely() ? Limits.NOTICES + numbers.below(2) : numbers.below(3);
        return Collections.nCopies(count, numbers.text("a notice", 1_000));
    }

    private String metric() {
        return SelectionRecipe.METRICS.get(numbers.below(SelectionRecipe.METRICS.size()));
    }

    private Cadence cadence() {
        return new Cadence(
                numbers.one(Cadence.Strategy.values()),
                numbers.decimal(4),
                numbers.flag(),
                numbers.flag(),
                numbers.decimal(2));
    }

    private UpdateRule rule() {
        return switch (numbers.below(5)) {
            case 0 -> new UpdateRule.AdamW();
            case 1 -> new UpdateRule.Adam();
            case 2 -> new UpdateRule.OneBitAdam(numbers.count(1, 3));
            case 3 ->
                    new UpdateRule.OneBitLamb(
                            numbers.count(1, 3),
                            new UpdateRule.Lamb(false, 10, numbers.decimal(0.01), false),
                            numbers.decimal(0.9),
                            new UpdateRule.Factors(4, numbers.decimal(0.5), numbers.decimal(0.1)));
            default ->
                    new UpdateRule.Lamb(numbers.flag(), 10, numbers.decimal(0.01), numbers.flag());
        };
    }

    private ScheduleRecipe schedule() {
        WarmupLength warmup = new WarmupLength(numbers.count(0, 2), numbers.decimal(1));
        return switch (numbers.below(13)) {
            case 0 -> new ScheduleRecipe.Linear(warmup);
            case 1 -> new ScheduleRecipe.Constant(warmup);
            case 2 -> new ScheduleRecipe.Cosine(warmup, numbers.decimal(1));
            case 3 -> new ScheduleRecipe.CosineWithRestarts(warmup, numbers.decimal(3));
            case 4 ->
                    new ScheduleRecipe.CosineWithMinimum(
                            warmup,
                            numbers.decimal(1),
                            numbers.decimal(0.5),
                            new ScheduleRecipe.CosineWithMinimum.Start(
                                    numbers.flag(), numbers.decimal(1)));
            case 5 ->
                    new ScheduleRecipe.Polynomial(
                            warmup, numbers.decimal(1e-4), numbers.decimal(2));
            case 6 -> new ScheduleRecipe.InverseSquareRoot(warmup, numbers.count(0, 3));
            case 7 ->
                    new ScheduleRecipe.WarmupStableDecay(
                            warmup,
                            numbers.one(ScheduleRecipe.WarmupStableDecay.Shape.values()),
                            numbers.count(-1, 2),
                            numbers.count(0, 2),
                            numbers.one(ScheduleRecipe.WarmupStableDecay.Shape.values()),
                            numbers.decimal(1),
                            numbers.decimal(1));
            case 8 -> new ScheduleRecipe.LoggedAhead(new ScheduleRecipe.Linear(warmup));
            default -> deepSpeeds(warmup);
        };
    }

    private ScheduleRecipe deepSpeeds(WarmupLength warmup) {
        return switch (numbers.below(4)) {
            case 0 ->
                    new ScheduleRecipe.Warmup(
                            numbers.decimal(1e-4),
                            numbers.decimal(1e-3),
                            numbers.count(-1, 3),
                            warmup,
                            numbers.flag(),
                            numbers.flag(),
                            numbers.count(-1, 5));
            case 1 ->
                    new ScheduleRecipe.WarmupCosine(
                            numbers.decimal(1),
                            numbers.count(-1, 3),
                            warmup,
                            numbers.flag(),
                            numbers.decimal(1),
                            numbers.count(-1, 5));
            case 2 ->
                    new ScheduleRecipe.OneCycle(
                            numbers.decimal(1e-4),
                            numbers.decimal(1e-3),
                            new ScheduleRecipe.OneCycle.Half(
                                    numbers.count(1, 3), numbers.count(0, 2)),
                            new ScheduleRecipe.OneCycle.Half(
                                    numbers.count(1, 3), numbers.count(0, 2)),
                            numbers.count(0, 2),
                            numbers.decimal(1));
            default ->
                    new ScheduleRecipe.RangeTest(
                            numbers.decimal(1e-4),
                            numbers.count(1, 3),
                            numbers.decimal(1),
                            numbers.flag());
        };
    }
}
