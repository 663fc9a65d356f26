package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * In which order rows are visited, and the seed of everything random.
 *
 * @param sampling HF's train_sampling_strategy
 * @param seed HF's seed: dropout, and a new score head
 * @param dataSeed HF's data_seed, or the seed: row order
 * @param epochBegunAfter a step after which the epoch that it is in begins again at its first row,
 *     as HF's ignore_data_skip has it where a run is resumed; 0 = none
 */
public record OrderRecipe(Sampling sampling, long seed, long dataSeed, int epochBegunAfter) {
    /** HF's train_sampling_strategy; group_by_length is its older spelling. */
    public enum Sampling {
        RANDOM,
        SEQUENTIAL,
        GROUP_BY_LENGTH
    }

    public OrderRecipe {
        requireNonNull(sampling, "sampling");
        Require.atLeast("epochBegunAfter", epochBegunAfter, 0);
    }

    /** Each epoch is gone through once. */
    public OrderRecipe(Sampling sampling, long seed, long dataSeed) {
        this(sampling, seed, dataSeed, 0);
    }

    /** The same, with the epoch of this step begun again after it. */
    public OrderRecipe beginningAgainAfter(int step) {
        return new OrderRecipe(sampling, seed, dataSeed, step);
    }
}
