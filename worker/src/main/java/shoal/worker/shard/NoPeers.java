package shoal.worker.shard;

import java.nio.ByteBuffer;
import shoal.worker.exchange.Exchange;
import shoal.worker.exchange.ExchangeCounts;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.stop.StopSignal;

/** The exchange of a worker that has no others but computes as one of several does. */
public final class NoPeers implements Exchange {
    @Override
    public int index() {
        return 0;
    }

    @Override
    public int workers() {
        return 1;
    }

    @Override
    public void send(int to, RangeHeader range, ByteBuffer values, StopSignal stop) {
        throw new IllegalArgumentException("there is no worker " + to);
    }

    @Override
    public void barrier(StopSignal stop) {}

    @Override
    public void offerAgain() {}

    @Override
    public String path() {
        return "one worker exchanges nothing";
    }

    @Override
    public ExchangeCounts counts() {
        return new ExchangeCounts(0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
}
