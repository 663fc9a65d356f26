package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Has room for one piece, which a thread of its own empties: an owner with one accumulator. */
final class OneSlot implements Receiver {
    private boolean full;
    private boolean ended;
    private int taken;

    /** Empties the slot whenever it is full, and says so to the exchange. */
    void empties(Exchange exchange) {
        Thread emptying = new Thread(() -> emptyUntilEnd(exchange), "slot");
        emptying.setDaemon(true);
        emptying.start();
    }

    @Override
    public Optional<String> refusal(int from, RangeHeader range) {
        return Optional.empty();
    }

    @Override
    public synchronized Answer arrived(int from, RangeHeader range, ByteBuffer values) {
        if (full) {
            return Answer.LATER;
        }
        full = true;
        taken++;
        notifyAll();
        return Answer.TAKEN;
    }

    @Override
    public void trouble(Trouble trouble) {
        throw new AssertionError(trouble);
    }

    synchronized int taken() {
        return taken;
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    private void emptyUntilEnd(Exchange exchange) {
        try {
            while (awaitFull()) {
                exchange.offerAgain();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean awaitFull() throws InterruptedException {
        while (!full && !ended) {
            wait();
        }
        full = false;
        return !ended;
    }
}
