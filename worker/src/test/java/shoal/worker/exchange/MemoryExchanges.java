package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import shoal.recipe.Require;

/**
 * The workers of one generation in one process: every exchange of it, without any network.
 *
 * <p>Each worker has a delivery thread, which picks the next piece from a random sender and track:
 * the same seed draws the same numbers, and every order that the contract allows is possible.
 */
public final class MemoryExchanges implements AutoCloseable {
    private final List<MemoryExchange> exchanges = new ArrayList<>();

    private MemoryExchanges() {}

    /**
     * Opens one exchange per receiver.
     *
     * @param windowPieces that wait at most per sender, receiver and track
     */
    public static MemoryExchanges open(
            List<? extends Receiver> receivers, int windowPieces, long seed) {
        Require.atLeast("windowPieces", windowPieces, 1);
        MemoryExchanges all = new MemoryExchanges();
        List<MemoryInbox> inboxes = new ArrayList<>();
        for (int index = 0; index < receivers.size(); index++) {
            inboxes.add(
                    new MemoryInbox(
                            index,
                            receivers.size(),
                            requireNonNull(receivers.get(index), "receiver"),
                            windowPieces,
                            new Random(seed + index)));
        }
        for (int index = 0; index < receivers.size(); index++) {
            all.exchanges.add(new MemoryExchange(index, inboxes));
        }
        inboxes.forEach(MemoryInbox::start);
        return all;
    }

    /** The exchange of one worker; closing it is that worker's death. */
    public Exchange of(int index) {
        return exchanges.get(index);
    }

    /** All exchanges, by index. */
    public List<Exchange> all() {
        return List.copyOf(exchanges);
    }

    @Override
    public void close() {
        exchanges.forEach(MemoryExchange::close);
    }
}
