package shoal.coordinator.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import shoal.recipe.MachineException;

/** The store cannot be read or written: nothing that the coordinator decides would last. */
public final class StoreException extends MachineException {
    private static final long serialVersionUID = 1L;

    StoreException(String doing, SQLException cause) {
        super("the store", words(cause) + " (" + doing + ")", cause);
    }

    /** At the start, when the file can be named. */
    StoreException(Path file, SQLException cause) {
        super(file.toString(), words(cause), cause);
    }

    StoreException(String what) {
        super("the store", what);
    }

    /** Something in a file that is no store of ours, or not what we left. */
    StoreException(Path file, String what) {
        super(file.toString(), what);
    }

    /** What SQLite says, and what to do (sqlite.org/rescode.html). */
    private static String words(SQLException cause) {
        Optional<SQLiteErrorCode> code =
                cause instanceof SQLiteException sqlite
                        ? Optional.of(sqlite.getResultCode())
                        : Optional.empty();
        // The low byte is the primary code, whatever the detail.
        int primary = code.map(detailed -> detailed.code & 0xff).orElse(0);
        if (primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return "is no database, or is damaged at its beginning. " + StoreCheck.REMEDY;
        }
        if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code) {
            return "is damaged: " + cause.getMessage() + ". " + StoreCheck.REMEDY;
        }
        if (primary == SQLiteErrorCode.SQLITE_BUSY.code
                || primary == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return "is held by another process, which is no coordinator (fuser names it). End that"
                    + " process, and start again";
        }
        if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
            return "does not fit its disk: " + cause.getMessage() + ". Free some room there";
        }
        return "cannot be read or written: "
                + cause.getMessage()
                + ". Look at the disk of the data folder: its space, its permissions";
    }
}
