package shoal.coordinator.grpc;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;

/**
 * The events of one run for one client.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Stored events come in order, each once.
 *   <li>Of progress only the newest is kept, and comes behind what is stored.
 *   <li>After the event that ends the run there is none.
 * </ul>
 */
final class Watcher implements Outflow.Source<RunEvent> {
    /** Events read from the store at a time: a log row has about 300 bytes. */
    private static final int BATCH = 100;

    /** Reads events after a sequence. */
    @FunctionalInterface
    interface Reader {
        List<RunEvent> read(long afterSequence, int limit);
    }

    private final Reader reader;
    private final Consumer<Watcher> atEnd;
    private final AtomicReference<@Nullable RunEvent> progress = new AtomicReference<>();
    private final Deque<RunEvent> read = new ArrayDeque<>();
    private long sent;
    private boolean over;

    Watcher(Reader reader, long afterSequence, Consumer<Watcher> atEnd) {
        this.reader = requireNonNull(reader, "reader");
        this.sent = afterSequence;
        this.atEnd = requireNonNull(atEnd, "atEnd");
    }

    /** How far the run is; from any thread. */
    void show(RunEvent newest) {
        progress.set(newest);
    }

    @Override
    public Optional<RunEvent> next() {
        if (over) {
            return Optional.empty();
        }
        if (read.isEmpty()) {
            read.addAll(reader.read(sent, BATCH));
        }
        @Nullable RunEvent event = read.poll();
        if (event == null) {
            return Optional.ofNullable(progress.getAndSet(null));
        }
        sent = event.getSequence();
        over = event.hasStatusChanged() && isLast(event.getStatusChanged().getStatus());
        return Optional.of(event);
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        atEnd.accept(this);
    }

    private static boolean isLast(RunStatus status) {
        return switch (status) {
            case DONE, FAILED, CANCELLED -> true;
            case QUEUED, STARTING, RUNNING, FINISHING, RUN_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                    false;
        };
    }
}
