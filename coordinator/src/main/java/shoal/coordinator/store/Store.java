package shoal.coordinator.store;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.RunFaultException;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.proto.v1.RunEvent;
import shoal.recipe.Recipe;
import shoal.wire.Scope;

/**
 * The coordinator's memory on disk.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>When {@link #append} returns, all its entries survive kill -9 and a power cut; if it
 *       throws, none does.
 *   <li>{@link #load} gives the durable part of the state that those entries made. A run that
 *       cannot be read is set aside: its end is stored, and all others are read.
 * </ul>
 *
 * <p>Methods may be called from any thread. Writes go through one connection, reads of events
 * through another, so that those who watch do not wait for a step's write.
 */
public final class Store implements ArtefactShelf.Catalogue, AutoCloseable {
    /** Longer than any of our transactions; only a foreign process could hold the file. */
    private static final int BUSY_MILLIS = 5_000;

    /** Errors of SQLite that are of what is written, not of the store. */
    private static final Set<Integer> OF_A_ROW =
            Set.of(
                    SQLiteErrorCode.SQLITE_CONSTRAINT.code,
                    SQLiteErrorCode.SQLITE_MISMATCH.code,
                    SQLiteErrorCode.SQLITE_TOOBIG.code,
                    SQLiteErrorCode.SQLITE_RANGE.code);

    private final Connection writer;
    private final Connection reader;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock reading = new ReentrantLock();

    private Store(Connection writer, Connection reader) {
        this.writer = requireNonNull(writer, "writer");
        this.reader = requireNonNull(reader, "reader");
    }

    /**
     * Opens the store, making it if it is not there.
     *
     * @throws shoal.recipe.UserException if a newer Shoal wrote it
     * @throws StoreException if it is damaged, another program's, or cannot be read or written
     */
    public static Store open(Path file) {
        try {
            Connection writer = connect(file);
            try {
                StoreCheck.requireSound(writer, file);
                Migrations.apply(writer, file);
                StoreCheck.requireSchema(writer, file);
                return new Store(writer, connect(file));
            } catch (SQLException | RuntimeException e) {
                writer.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreException(file, e);
        }
    }

    /**
     * Reads everything back.
     *
     * @param recipes reads the recipe of a submission
     * @param at when a run ended that cannot be read
     */
    public State load(Function<String, Recipe> recipes, Instant at) {
        writing.lock();
        try {
            StateReader.Found found = new StateReader(writer, recipes, at).read();
            append(found.setAside());
            return found.state();
        } catch (SQLException e) {
            throw new StoreException("reading the store", e);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Stores entries in one transaction. Costs one fsync, however many they are.
     *
     * @throws RunFaultException if an entry of one run does not fit, although the store works
     */
    public void append(List<Entry> entries) {
        if (!entries.isEmpty()) {
            write(
                    connection -> {
                        for (Entry entry : entries) {
                            append(connection, entry);
                        }
                    });
        }
    }

    /**
     * Makes these tokens known, and forgets all others.
     *
     * @param scopes by fingerprint
     * @return how many were forgotten
     */
    public int keepTokens(Map<String, Scope> scopes) {
        List<Write> writes = new ArrayList<>();
        for (String known : tokens().keySet()) {
            if (!scopes.containsKey(known)) {
                writes.add(Write.of("DELETE FROM token WHERE fingerprint = ?", known));
            }
        }
        int forgotten = writes.size();
        scopes.forEach(
                (fingerprint, scope) ->
                        writes.add(
                                Write.of(
                                        "INSERT OR REPLACE INTO token (fingerprint, scope)"
                                                + " VALUES (?, ?)",
                                        fingerprint,
                                        scope.name())));
        write(
                connection -> {
                    for (Write write : writes) {
                        write.run(connection);
                    }
                });
        return forgotten;
    }

    /** Scopes by fingerprint. */
    public Map<String, Scope> tokens() {
        return read(
                "reading tokens",
                connection -> {
                    Map<String, Scope> found = new TreeMap<>();
                    try (PreparedStatement query =
                                    connection.prepareStatement("SELECT * FROM token");
                            ResultSet rows = query.executeQuery()) {
                        while (rows.next()) {
                            found.put(
                                    rows.getString("fingerprint"),
                                    Scope.valueOf(rows.getString("scope")));
                        }
                    }
                    return found;
                });
    }

    /** Notes that a file is complete. */
    @Override
    public void addArtefact(Hash hash, long sizeBytes) {
        write(
                Write.of(
                                "INSERT OR REPLACE INTO artefact (sha256, size_bytes)"
                                        + " VALUES (?, ?)",
                                hash.hex(),
                                sizeBytes)
                        ::run);
    }

    /** The length of a file, if it is complete. */
    @Override
    public OptionalLong artefactSize(Hash hash) {
        return read(
                "looking for an artefact",
                connection -> {
                    try (PreparedStatement query =
                            connection.prepareStatement(
                                    "SELECT size_bytes FROM artefact WHERE sha256 = ?")) {
                        query.setString(1, hash.hex());
                        try (ResultSet rows = query.executeQuery()) {
                            return rows.next()
                                    ? OptionalLong.of(rows.getLong(1))
                                    : OptionalLong.empty();
                        }
                    }
                });
    }

    /** Events of a run after a sequence, in order, at most {@code limit}. */
    public List<RunEvent> events(RunName run, long afterSequence, int limit) {
        return read(
                "reading events",
                connection -> {
                    try (PreparedStatement query =
                            connection.prepareStatement(
                                    "SELECT message FROM event WHERE run = ? AND sequence > ?"
                                            + " ORDER BY sequence LIMIT ?")) {
                        query.setString(1, run.text());
                        query.setLong(2, afterSequence);
                        query.setInt(3, limit);
                        return messages(query);
                    }
                });
    }

    @Override
    public void close() {
        writing.lock();
        reading.lock();
        try {
            reader.close();
            writer.close();
        } catch (SQLException e) {
            throw new StoreException("closing the store", e);
        } finally {
            reading.unlock();
            writing.unlock();
        }
    }

    private interface Query<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T read(String doing, Query<T> query) {
        reading.lock();
        try {
            return query.run(reader);
        } catch (SQLException e) {
            throw new StoreException(doing, e);
        } finally {
            reading.unlock();
        }
    }

    private interface Change {
        void run(Connection connection) throws SQLException;
    }

    private static void append(Connection connection, Entry entry) throws SQLException {
        try {
            for (Write write : entry.accept(new EntryWriter())) {
                write.run(connection);
            }
        } catch (SQLException e) {
            // The first byte says what kind it is: www.sqlite.org/rescode.html.
            if (OF_A_ROW.contains(e.getErrorCode() & 0xff)) {
                throw new RunFaultException(entry.run(), e);
            }
            throw e;
        } catch (RuntimeException e) {
            throw new RunFaultException(entry.run(), e);
        }
    }

    private void write(Change change) {
        writing.lock();
        try {
            writer.setAutoCommit(false);
            change.run(writer);
            writer.commit();
        } catch (SQLException e) {
            rollBack();
            throw new StoreException("writing the store", e);
        } catch (RuntimeException e) {
            rollBack();
            throw e;
        } finally {
            writing.unlock();
        }
    }

    private void rollBack() {
        try {
            writer.rollback();
        } catch (SQLException e) {
            throw new StoreException("undoing a write", e);
        }
    }

    private static List<RunEvent> messages(PreparedStatement query) throws SQLException {
        List<RunEvent> found = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(RunEvent.parseFrom(rows.getBytes(1)));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("an event is damaged: " + e);
        }
        return found;
    }

    private static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    }
}
