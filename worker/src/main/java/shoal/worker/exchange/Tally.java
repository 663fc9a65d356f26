package shoal.worker.exchange;

import java.util.concurrent.atomic.LongAdder;

/** Counts of one exchange, added to by all of its threads. */
final class Tally {
    final LongAdder sentBytes = new LongAdder();
    final LongAdder receivedBytes = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder corrupt = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder resent = new LongAdder();

    ExchangeCounts counts(int peersThroughMemory) {
        return new ExchangeCounts(
                sentBytes.sum(),
                receivedBytes.sum(),
                stale.sum(),
                corrupt.sum(),
                refused.sum(),
                resent.sum(),
                peersThroughMemory);
    }
}
