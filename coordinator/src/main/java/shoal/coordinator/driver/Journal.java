package shoal.coordinator.driver;

import java.util.List;
import shoal.coordinator.core.Entry;

/** Where entries become durable. */
@FunctionalInterface
public interface Journal {
    /**
     * Stores all or none; when it returns they survive kill -9.
     *
     * @throws shoal.coordinator.core.RunFaultException if an entry of one run cannot be stored
     *     although others can; then none is
     */
    void append(List<Entry> entries);
}
