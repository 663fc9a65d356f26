package shoal.recipe;

/** Argument checks whose messages hold the value and the bound. */
public final class Require {
    private Require() {}

    /** Checks that {@code value >= least}. */
    public static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected at least " + least);
        }
    }

    /** Checks that {@code least <= value <= most}; NaN is outside every range. */
    public static void range(String name, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", expected " + least + " to " + most);
        }
    }
}
