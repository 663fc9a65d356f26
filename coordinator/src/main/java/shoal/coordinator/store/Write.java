package shoal.coordinator.store;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * One statement that changes rows.
 *
 * @param sql with a question mark for each value
 * @param values String, Integer, Long, Double or byte[]
 */
record Write(String sql, List<Object> values) {
    Write {
        requireNonNull(sql, "sql");
        values = List.copyOf(values);
    }

    static Write of(String sql, Object... values) {
        return new Write(sql, List.of(values));
    }

    /** Must change exactly one row: anything else means that the store is not what we left. */
    void run(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            int rows = statement.executeUpdate();
            if (rows != 1) {
                throw new StoreException(sql + " changed " + rows + " rows, expected 1");
            }
        }
    }
}
