package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * How many workers compute a run. Changes no bit of its result.
 *
 * @param least it starts, and goes on, with no fewer
 * @param most it takes no more
 * @param patience how long it waits for the least to be attached before it fails
 */
public record Demand(int least, int most, Duration patience) {
    /** What a run asks for that says nothing. */
    public static final Demand ONE = new Demand(1, 1, Bounds.WORKER_WAIT);

    public Demand {
        Require.range("least", least, 1, Limits.RANKS);
        Require.range("most", most, least, Limits.RANKS);
        requireNonNull(patience, "patience");
        Require.atLeast("patience", patience.toMillis(), 0);
    }

    /** "2 workers", "2 to 4 workers". */
    public String inWords() {
        if (least == most) {
            return least == 1 ? "a worker" : least + " workers";
        }
        return least + " to " + most + " workers";
    }
}
