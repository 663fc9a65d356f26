package shoal.recipe;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Every choice that the result of a run depends on, resolved: no "auto", no default left open.
 *
 * <p>Two runs with equal recipes, data and initial weights give the same bytes on one CPU type,
 * however many workers and lanes compute them.
 *
 * @param batch how rows are grouped
 * @param length how long training lasts
 * @param order in which order rows are visited
 * @param optimizer the update rule and the gradient clip
 * @param schedule the learning rate over steps
 * @param labelSmoothing HF's label_smoothing_factor, in [0, 1)
 * @param evaluation when to evaluate; NO without an evaluation file
 * @param logging when to log
 * @param saving when to save a checkpoint
 * @param selection which evaluation is the best one, and what follows from it
 * @param monitor which table is written beside the log; no bit of the model depends on it
 * @param zero which state is sharded, and where shards are kept
 * @param precision in which floating-point types is computed
 * @param maxSequenceLength tokens of a row that are read, at least 1
 * @param labels classes, 0 = as many as the data has
 * @param outputDirectory as the user wrote it
 * @param notices what the user should know of how the files were read, in words
 */
public record Recipe(
        BatchRecipe batch,
        LengthRecipe length,
        OrderRecipe order,
        OptimizerRecipe optimizer,
        ScheduleRecipe schedule,
        double labelSmoothing,
        Cadence evaluation,
        Cadence logging,
        Cadence saving,
        SelectionRecipe selection,
        MonitorRecipe monitor,
        ZeroRecipe zero,
        PrecisionRecipe precision,
        int maxSequenceLength,
        int labels,
        String outputDirectory,
        List<String> notices) {
    public Recipe {
        requireNonNull(batch, "batch");
        requireNonNull(length, "length");
        requireNonNull(order, "order");
        requireNonNull(optimizer, "optimizer");
        requireNonNull(schedule, "schedule");
        Require.range("labelSmoothing", labelSmoothing, 0, Math.nextDown(1.0));
        requireNonNull(evaluation, "evaluation");
        requireNonNull(logging, "logging");
        requireNonNull(saving, "saving");
        requireNonNull(selection, "selection");
        requireNonNull(monitor, "monitor");
        requireNonNull(zero, "zero");
        requireNonNull(precision, "precision");
        requireSkippable(optimizer.rule(), precision);
        Require.atLeast("maxSequenceLength", maxSequenceLength, 1);
        Require.range("labels", labels, 0, Limits.LABELS);
        Require.path("outputDirectory", outputDirectory);
        Require.atMost("notices", notices, Limits.NOTICES);
        notices.forEach(notice -> Require.text("a notice", notice, Limits.NOTICE_LENGTH));
        notices = List.copyOf(notices);
    }

    /**
     * A rule with norms or errors of its own has changed them by the time that a step is skipped.
     */
    private static void requireSkippable(UpdateRule rule, PrecisionRecipe precision) {
        if (precision.skips() && (rule.measures() || rule.compressesLater())) {
            throw new IllegalArgumentException(
                    ("optimizer is %s and arithmetic %s, in which steps that overflow are"
                                    + " skipped; this rule skips none, so use AdamW or Adam with"
                                    + " it, or compute in fp32")
                            .formatted(rule.shownName(), precision.arithmetic()));
        }
    }

    /** A recipe in fp32. */
    public Recipe(
            BatchRecipe batch,
            LengthRecipe length,
            OrderRecipe order,
            OptimizerRecipe optimizer,
            ScheduleRecipe schedule,
            double labelSmoothing,
            Cadence evaluation,
            Cadence logging,
            Cadence saving,
            SelectionRecipe selection,
            MonitorRecipe monitor,
            ZeroRecipe zero,
            int maxSequenceLength,
            int labels,
            String outputDirectory,
            List<String> notices) {
        this(
                batch,
                length,
                order,
                optimizer,
                schedule,
                labelSmoothing,
                evaluation,
                logging,
                saving,
                selection,
                monitor,
                zero,
                PrecisionRecipe.full(),
                maxSequenceLength,
                labels,
                outputDirectory,
                notices);
    }

    /** A recipe in fp32 whose result is the last model, without a monitor. */
    public Recipe(
            BatchRecipe batch,
            LengthRecipe length,
            OrderRecipe order,
            OptimizerRecipe optimizer,
            ScheduleRecipe schedule,
            double labelSmoothing,
            Cadence evaluation,
            Cadence logging,
            Cadence saving,
            ZeroRecipe zero,
            int maxSequenceLength,
            int labels,
            String outputDirectory,
            List<String> notices) {
        this(
                batch,
                length,
                order,
                optimizer,
                schedule,
                labelSmoothing,
                evaluation,
                logging,
                saving,
                SelectionRecipe.last(),
                MonitorRecipe.none(),
                zero,
                maxSequenceLength,
                labels,
                outputDirectory,
                notices);
    }

    /** The same with the number of classes filled in. */
    public Recipe withLabels(int classes) {
        return with(order, precision, classes, outputDirectory);
    }

    /** The same with the epoch of a step begun again after it. */
    public Recipe beginningEpochAgainAfter(int step) {
        return with(order.beginningAgainAfter(step), precision, labels, outputDirectory);
    }

    /** The same in other types. */
    public Recipe withPrecision(PrecisionRecipe other) {
        return with(order, other, labels, outputDirectory);
    }

    /** The same with its result in another place; no bit of the result depends on it. */
    public Recipe withOutputDirectory(String directory) {
        return with(order, precision, labels, directory);
    }

    private Recipe with(OrderRecipe visited, PrecisionRecipe types, int classes, String directory) {
        return new Recipe(
                batch,
                length,
                visited,
                optimizer,
                schedule,
                labelSmoothing,
                evaluation,
                logging,
                saving,
                selection,
                monitor,
                zero,
                types,
                maxSequenceLength,
                classes,
                directory,
                notices);
    }
}
