package shoal.coordinator.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import shoal.recipe.UserException;

/** Brings a store to the newest schema, one script after the other, each in one transaction. */
final class Migrations {
    /** schema-1.sql to schema-N.sql. */
    private static final int NEWEST = 7;

    private Migrations() {}

    static void apply(Connection connection, Path file) throws SQLException {
        int version = version(connection);
        if (version > NEWEST) {
            throw new UserException(
                    file.toString(),
                    "was written by a newer Shoal (schema "
                            + version
                            + "; this one knows up to "
                            + NEWEST
                            + "). Start that version, or give another --data folder.");
        }
        for (int next = version + 1; next <= NEWEST; next++) {
            apply(connection, next);
        }
    }

    private static void apply(Connection connection, int version) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String sql : script(version).split(";\n", -1)) {
                if (!sql.isBlank()) {
                    statement.executeUpdate(sql);
                }
            }
            statement.executeUpdate("PRAGMA user_version = " + version);
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    private static String script(int version) {
        String name = "schema-" + version + ".sql";
        try (InputStream in = Migrations.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
