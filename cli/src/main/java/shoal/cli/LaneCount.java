package shoal.cli;

import shoal.recipe.Limits;
import shoal.recipe.UserException;

/** How many compute threads; never changes a result. */
final class LaneCount {
    private LaneCount() {}

    /** As typed, if a machine can have that many; 0 means usable cores. */
    static int checked(int typed) {
        if (typed < 0 || typed > Limits.LANES) {
            throw new UserException(
                    "--lanes", "is " + typed + ", expected 1 to " + Limits.LANES + ", or 0");
        }
        return typed;
    }

    /** As many as given, or each worker's share of the cores that this process may use. */
    static int orUsableCores(int given, int workers) {
        int cores = Runtime.getRuntime().availableProcessors();
        return given > 0 ? given : Math.max(1, cores / workers);
    }
}
