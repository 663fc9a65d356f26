package shoal.coordinator.driver;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Reply;
import shoal.coordinator.core.RequestId;

/** Clients' calls that wait for the core's answer. Safe for any thread. */
public final class Requests {
    private final AtomicLong next = new AtomicLong(1);
    private final Map<RequestId, Consumer<Reply>> waiting = new ConcurrentHashMap<>();

    /**
     * Submits the event made from a new id.
     *
     * @param then takes the answer, on the driver's thread
     */
    public void ask(Driver driver, Function<RequestId, Event> event, Consumer<Reply> then) {
        requireNonNull(driver, "driver");
        RequestId id = new RequestId(next.getAndIncrement());
        waiting.put(id, requireNonNull(then, "then"));
        driver.submit(event.apply(id));
    }

    /** The core's answer. */
    public void answer(RequestId id, Reply reply) {
        Optional.ofNullable(waiting.remove(id)).ifPresent(then -> then.accept(reply));
    }
}
