package shoal.plan.scale;

import static java.util.Objects.requireNonNull;

import shoal.recipe.LossScaling;
import shoal.recipe.Require;

/**
 * What a run's steps have left behind where overflows are skipped: an immutable fold over them.
 *
 * @param scale of the next step
 * @param skipped steps so far that changed no parameter; the schedule and Adam's count of updates
 *     did not move in them
 */
public record Skips(LossScale scale, int skipped) {
    private static final Skips NONE = first(LossScaling.none());

    public Skips {
        requireNonNull(scale, "scale");
        Require.atLeast("skipped", skipped, 0);
    }

    /** Of a run that scales no loss and has skipped nothing. */
    public static Skips none() {
        return NONE;
    }

    /** Before the first step. */
    public static Skips first(LossScaling scaling) {
        return new Skips(LossScale.first(scaling), 0);
    }

    /** After one more step. */
    public Skips after(LossScaling scaling, boolean overflow) {
        return new Skips(scale.after(scaling, overflow), overflow ? skipped + 1 : skipped);
    }

    /** Updates in so many steps. */
    public int updates(int steps) {
        Require.atLeast("steps", steps, skipped);
        return steps - skipped;
    }
}
