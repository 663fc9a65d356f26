package shoal.coordinator.driver;

import java.util.List;
import shoal.coordinator.core.Entry;

/** Where entries become durable. */
@FunctionalInterface
public interface Journal {
    /** Stores all or none; when it returns they survive kill -9. */
    void append(List<Entry> entries);
}
