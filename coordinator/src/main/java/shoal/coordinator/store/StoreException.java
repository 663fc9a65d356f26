package shoal.coordinator.store;

import java.sql.SQLException;

/** The store cannot be read or written: nothing that the coordinator decides would last. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreException(String doing, SQLException cause) {
        super(
                doing
                        + " did not work: "
                        + cause.getMessage()
                        + ". Look at the disk of the data folder: its space, its permissions",
                cause);
    }

    StoreException(String message) {
        super(message);
    }
}
