package shoal.worker.exchange;

import shoal.recipe.Require;

/**
 * How long an exchange waits for what.
 *
 * @param heartbeatMillis between two signs of life
 * @param silenceMillis without any sign of a peer until it counts as lost
 * @param retryMillis between two attempts to reach a peer
 * @param reachMillis until a peer that gave no answer counts as out of reach
 */
public record ExchangeTimes(
        long heartbeatMillis, long silenceMillis, long retryMillis, long reachMillis) {
    public ExchangeTimes {
        Require.atLeast("heartbeatMillis", heartbeatMillis, 1);
        Require.atLeast("silenceMillis", silenceMillis, 2 * heartbeatMillis);
        Require.atLeast("retryMillis", retryMillis, 1);
        Require.atLeast("reachMillis", reachMillis, retryMillis);
    }

    /** For machines as they are: a busy one may keep a thread waiting for a second or two. */
    public static ExchangeTimes standard() {
        return new ExchangeTimes(500, 5_000, 200, 8_000);
    }
}
