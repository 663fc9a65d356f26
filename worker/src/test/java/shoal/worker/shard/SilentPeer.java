package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.ExchangeCounts;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.stop.StopSignal;

/** The exchange of two workers whose other one takes everything, or nothing, and sends nothing. */
final class SilentPeer implements Exchange {
    /** What a sender still does with values after the exchange was closed: some milliseconds. */
    private static final int READS = 3_000;

    private final boolean takes;
    private final CountDownLatch sending = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger reading = new AtomicInteger();

    SilentPeer(boolean takes) {
        this.takes = takes;
    }

    /** Waits until something is being sent. */
    void awaitSender() throws InterruptedException {
        sending.await();
    }

    /** How many are reading values that they were given to send. */
    int reading() {
        return reading.get();
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public int workers() {
        return 2;
    }

    @Override
    public void send(int to, RangeHeader range, ByteBuffer values, StopSignal stop) {
        if (takes) {
            return;
        }
        reading.incrementAndGet();
        sending.countDown();
        boolean open = true;
        while (open) {
            try {
                closed.await();
                open = false;
            } catch (InterruptedException stillCopying) {
                // A copy does not notice.
            }
        }
        CRC32C sum = new CRC32C();
        for (int i = 0; i < READS; i++) {
            sum.update(values.duplicate());
        }
        reading.decrementAndGet();
    }

    @Override
    public void barrier(StopSignal stop) {}

    @Override
    public void offerAgain() {}

    @Override
    public String path() {
        return "nobody answers";
    }

    @Override
    public ExchangeCounts counts() {
        return new ExchangeCounts(0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
