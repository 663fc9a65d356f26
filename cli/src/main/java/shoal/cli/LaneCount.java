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

    /** As many as given, or as many as this process may use cores. */
    static int orUsableCores(int given) {
        return given > 0 ? given : Runtime.getRuntime().availableProcessors();
    }
}
