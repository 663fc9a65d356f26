package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * In which order rows are visited, and the seed of everything random.
 *
 * @param sampling HF's train_sampling_strategy
 * @param seed HF's seed: dropout, and a new score head
 * @param dataSeed HF's data_seed, or the seed: row order
 */
public record OrderRecipe(Sampling sampling, long seed, long dataSeed) {
    /** HF's train_sampling_strategy; group_by_length is its older spelling. */
    public enum Sampling {
        RANDOM,
        SEQUENTIAL,
        GROUP_BY_LENGTH
    }

    public OrderRecipe {
        requireNonNull(sampling, "sampling");
    }
}
