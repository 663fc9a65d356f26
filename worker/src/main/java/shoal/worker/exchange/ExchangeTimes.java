package shoal.worker.exchange;

import shoal.recipe.Require;

/**
 * How long an exchange waits for what.
 *
 * @param heartbeatMillis between two signs of life
 * @param silenceMillis without any sign of a peer until the connection counts as cut
 * @param retryMillis between two attempts to reach a peer
 * @param reachMillis until a peer that gave no answer counts as out of reach
 * @param redialMillis until a peer whose connection was cut and that is not back counts as lost
 */
public record ExchangeTimes(
        long heartbeatMillis,
        long silenceMillis,
        long retryMillis,
        long reachMillis,
        long redialMillis) {
    public ExchangeTimes {
        Require.atLeast("heartbeatMillis", heartbeatMillis, 1);
        Require.atLeast("silenceMillis", silenceMillis, 2 * heartbeatMillis);
        Require.atLeast("retryMillis", retryMillis, 1);
        Require.atLeast("reachMillis", reachMillis, retryMillis);
        Require.atLeast("redialMillis", redialMillis, retryMillis);
    }

    /**
     * For machines as they are: a busy one may keep a thread waiting for a second or two. Whoever
     * trips over a cable has put it back within 10 s; a worker that died is the coordinator's to
     * notice, and two that stay apart tell it 20 s later ({@code RunThread}).
     */
    public static ExchangeTimes standard() {
        return new ExchangeTimes(500, 5_000, 200, 8_000, 10_000);
    }
}
