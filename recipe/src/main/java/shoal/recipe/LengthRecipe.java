package shoal.recipe;

/**
 * How long training lasts.
 *
 * @param epochs HF's num_train_epochs, may be fractional; without effect when steps is set
 * @param steps HF's max_steps, or -1
 */
public record LengthRecipe(double epochs, int steps) {
    public LengthRecipe {
        Require.atLeast("steps", steps, -1);
        if (steps <= 0) {
            Require.range("epochs", epochs, Double.MIN_VALUE, 1e6);
        }
    }
}
