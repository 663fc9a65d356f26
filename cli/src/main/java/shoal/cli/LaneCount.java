package shoal.cli;

import shoal.recipe.UserException;

/** How many compute threads; never changes a result. */
final class LaneCount {
    private static final int AT_MOST = 1_024;

    private LaneCount() {}

    /** As typed, if a machine can have that many; 0 means usable cores. */
    static int checked(int typed) {
        if (typed < 0 || typed > AT_MOST) {
            throw new UserException(
                    "--lanes", "is " + typed + ", expected 1 to " + AT_MOST + ", or 0");
        }
        return typed;
    }

    /** As many as given, or as many as this process may use cores. */
    static int orUsableCores(int given) {
        return given > 0 ? given : Runtime.getRuntime().availableProcessors();
    }
}
