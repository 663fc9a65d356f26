package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import shoal.worker.stop.StopSignal;

/** One worker's end of {@link MemoryExchanges}. */
final class MemoryExchange implements Exchange {
    private final int index;
    private final List<MemoryInbox> inboxes;
    private final AtomicLong sentBytes = new AtomicLong();

    MemoryExchange(int index, List<MemoryInbox> inboxes) {
        this.index = index;
        this.inboxes = inboxes;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public int workers() {
        return inboxes.size();
    }

    @Override
    public void send(int to, RangeHeader range, ByteBuffer values, StopSignal stop) {
        SendChecks.check(this, to, range, values);
        for (RangeHeader piece : Pieces.of(range)) {
            int start = values.position() + Pieces.offsetBytes(range, piece);
            ByteBuffer copy = ByteBuffer.allocateDirect((int) piece.sizeBytes());
            copy.put(0, values, start, copy.capacity());
            inboxes.get(to)
                    .put(
                            index,
                            piece.kind().track(),
                            new MemoryInbox.Parcel(Optional.of(piece), copy),
                            stop);
            sentBytes.addAndGet(piece.sizeBytes());
        }
    }

    @Override
    public void barrier(StopSignal stop) {
        for (int to = 0; to < workers(); to++) {
            for (Kind.Track track : Kind.Track.values()) {
                if (to != index) {
                    inboxes.get(to).put(index, track, MemoryInbox.Parcel.barrier(), stop);
                }
            }
        }
        inboxes.get(index).awaitBarrier(stop);
    }

    @Override
    public void offerAgain() {
        inboxes.get(index).offerAgain();
    }

    @Override
    public String path() {
        return "workers exchange in one process";
    }

    @Override
    public ExchangeCounts counts() {
        MemoryInbox inbox = inboxes.get(index);
        return new ExchangeCounts(
                sentBytes.get(), inbox.receivedBytes(), 0, 0, inbox.refused(), 0, 0);
    }

    @Override
    public void close() {
        inboxes.get(index).close();
        for (MemoryInbox inbox : inboxes) {
            inbox.lose(index, "its exchange was closed");
        }
    }
}
