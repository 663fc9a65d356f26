package shoal.coordinator.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whether a file is a store that a coordinator can live with, asked once at its start: what is
 * damaged is told then, and not in the middle of a run.
 */
final class StoreCheck {
    static final String REMEDY =
            "Put a copy of it back (with its -wal and -shm files), or move it away and start anew:"
                    + " runs are then forgotten; results and checkpoints in runs/ stay";

    private static final String COLUMNS =
            "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c"
                    + " WHERE t.type = 'table'";

    private StoreCheck() {}

    /** Before migrations: the pages are whole, and it is empty or ours. Reads the whole file. */
    static void requireSound(Connection connection, Path file) throws SQLException {
        String found = text(connection, "PRAGMA quick_check(1)");
        if (!found.equals("ok")) {
            throw new StoreException(file, "is damaged: " + found + ". " + REMEDY);
        }
        boolean unborn = text(connection, "PRAGMA user_version").equals("0");
        if (unborn && !columns(connection).isEmpty()) {
            throw new StoreException(
                    file,
                    "is a database of another program. Move it away, or give another --data"
                            + " folder");
        }
    }

    /** After migrations: every table and column is there that a new store has. */
    static void requireSchema(Connection connection, Path file) throws SQLException {
        SortedSet<String> missing;
        try (Connection model = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            Migrations.apply(model, file);
            missing = columns(model);
        }
        missing.removeAll(columns(connection));
        if (!missing.isEmpty()) {
            throw new StoreException(
                    file,
                    "lacks "
                            + String.join(", ", missing)
                            + ", which its version has: somebody changed it. "
                            + REMEDY);
        }
    }

    private static SortedSet<String> columns(Connection connection) throws SQLException {
        SortedSet<String> found = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(COLUMNS)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }
}
