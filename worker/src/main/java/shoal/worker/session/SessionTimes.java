package shoal.worker.session;

import java.time.Duration;
import shoal.recipe.Require;

/**
 * How long a worker waits for its coordinator.
 *
 * @param silenceMillis a stream on which nothing was heard for so long is given up (design section
 *     5: dead at 5 s)
 * @param firstDelayMillis before the first redial
 * @param mostDelayMillis before any redial
 * @param attachMillis to be welcomed for the first time: a wrong address shows soon
 * @param redialMillis to be welcomed again: longer than a coordinator's restart
 */
public record SessionTimes(
        long silenceMillis,
        long firstDelayMillis,
        long mostDelayMillis,
        long attachMillis,
        long redialMillis) {
    public SessionTimes {
        Require.atLeast("silenceMillis", silenceMillis, 1);
        Require.atLeast("firstDelayMillis", firstDelayMillis, 1);
        Require.atLeast("mostDelayMillis", mostDelayMillis, firstDelayMillis);
        Require.atLeast("attachMillis", attachMillis, 0);
        Require.atLeast("redialMillis", redialMillis, 0);
    }

    public static SessionTimes standard() {
        return new SessionTimes(5_000, 100, 5_000, 10_000, 600_000);
    }

    /** As {@link #standard}, for a worker whose coordinator may start later. */
    public static SessionTimes joiningWithin(Duration wait) {
        SessionTimes standard = standard();
        return new SessionTimes(
                standard.silenceMillis,
                standard.firstDelayMillis,
                standard.mostDelayMillis,
                wait.toMillis(),
                standard.redialMillis);
    }
}
