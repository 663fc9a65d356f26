package shoal.coordinator.store;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Fold;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.RequestKey;
import shoal.coordinator.core.RunEvent;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.core.RunStatus;
import shoal.coordinator.core.State;
import shoal.coordinator.message.SubmissionMessages;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.Problem;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/**
 * Reads entries back in an order in which they can have been made, and folds them.
 *
 * <p>What a run's rows throw is that run's: it is set aside, with what was thrown in its record. An
 * exception of SQL is the store's.
 */
final class StateReader {
    /** Why a run is set aside whose submission an earlier version took. */
    static final String NOT_ACCEPTED =
            "this version of Shoal does not accept what was submitted; the run is set aside";

    private static final Logger LOG = LoggerFactory.getLogger(StateReader.class);

    private final Connection connection;
    private final Function<String, Recipe> recipes;
    private final Instant at;
    private final List<Entry> setAside = new ArrayList<>();

    /**
     * What was read.
     *
     * @param state the durable part of it
     * @param setAside entries that end runs which cannot be read; not stored yet
     */
    record Found(State state, List<Entry> setAside) {
        Found {
            requireNonNull(state, "state");
            setAside = List.copyOf(setAside);
        }
    }

    /** A run that has not ended, as it is stored. */
    @SuppressWarnings("ArrayRecordComponent") // made once per row, never changed
    private record Row(
            RunName name, long position, Instant submittedAt, byte @Nullable [] submission) {}

    /**
     * @param recipes reads the recipe of a submission
     * @param at when a run ended that cannot be read
     */
    StateReader(Connection connection, Function<String, Recipe> recipes, Instant at) {
        this.connection = requireNonNull(connection, "connection");
        this.recipes = requireNonNull(recipes, "recipes");
        this.at = requireNonNull(at, "at");
    }

    Found read() throws SQLException {
        State state = endedRuns();
        for (Row row : liveRuns()) {
            try {
                State accepted = Fold.fold(state, accepted(row));
                state = new GenerationReader(connection, row.name()).read(accepted);
            } catch (UserException refused) {
                state = setAside(state, row, notAccepted(refused));
            } catch (RuntimeException | AssertionError | StackOverflowError bug) {
                LOG.error("what is stored of a run cannot be read run={}", row.name(), bug);
                state = setAside(state, row, broken(bug));
            }
        }
        return new Found(requests(state), setAside);
    }

    private static RunEvent.StatusChanged notAccepted(UserException refused) {
        return new RunEvent.StatusChanged(
                RunStatus.FAILED,
                NOT_ACCEPTED,
                refused.problems().stream().map(Problem::toString).toList(),
                true);
    }

    private static RunEvent.StatusChanged broken(Throwable bug) {
        return new RunEvent.StatusChanged(
                RunStatus.FAILED, Event.SetAside.REASON, Event.SetAside.trace(bug), false);
    }

    /** Ends a run, of which nothing is folded. */
    private State setAside(State others, Row row, RunEvent.StatusChanged change)
            throws SQLException {
        LOG.warn("{} {} run={}", change.reason(), change.problems(), row.name());
        long sequence = newest("SELECT MAX(sequence) FROM event WHERE run = ?", row) + 1;
        long step = newest("SELECT MAX(step) FROM step_commit WHERE run = ?", row);
        setAside.add(new Entry.EventLogged(row.name(), sequence, at, change));
        Entry.RunEnded ended =
                new Entry.RunEnded(
                        row.name(),
                        new Entry.EndedRun(
                                row.position(),
                                row.submittedAt(),
                                at,
                                RunStatus.FAILED,
                                change.reason(),
                                (int) step,
                                0,
                                List.of()));
        setAside.add(ended);
        return Fold.fold(others, ended);
    }

    /** A number of a run; 0 where it has none. */
    private long newest(String sql, Row row) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, row.name().text());
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    private State requests(State before) throws SQLException {
        State state = before;
        try (PreparedStatement query = connection.prepareStatement("SELECT * FROM request");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                RequestKey key =
                        new RequestKey(
                                rows.getString("id"), new Hash(rows.getString("content_sha256")));
                state =
                        Fold.fold(
                                state,
                                new Entry.RequestAnswered(
                                        key,
                                        Entry.RequestAnswered.Answer.valueOf(
                                                rows.getString("answer")),
                                        new RunName(rows.getString("run"))));
            }
        }
        return state;
    }

    private State endedRuns() throws SQLException {
        State state = State.empty();
        try (PreparedStatement query =
                        connection.prepareStatement(
                                "SELECT * FROM run WHERE status IS NOT NULL ORDER BY position");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                state = Fold.fold(state, ended(rows));
            }
        }
        return state;
    }

    private static Entry.RunEnded ended(ResultSet row) throws SQLException {
        String workers = text(row, "workers");
        return new Entry.RunEnded(
                new RunName(row.getString("name")),
                new Entry.EndedRun(
                        row.getLong("position"),
                        Instant.ofEpochMilli(row.getLong("submitted_millis")),
                        Instant.ofEpochMilli(row.getLong("ended_millis")),
                        status(text(row, "status")),
                        text(row, "reason"),
                        row.getInt("step"),
                        row.getInt("steps"),
                        workers.isEmpty() ? List.of() : Arrays.asList(workers.split(",", -1))));
    }

    /** What is no status was not written by us; the run has ended all the same. */
    private static RunStatus status(String stored) {
        return Stream.of(RunStatus.values())
                .filter(status -> status.name().equals(stored))
                .findFirst()
                .orElse(RunStatus.FAILED);
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).orElse("");
    }

    private List<Row> liveRuns() throws SQLException {
        List<Row> runs = new ArrayList<>();
        try (PreparedStatement query =
                        connection.prepareStatement(
                                "SELECT * FROM run WHERE status IS NULL ORDER BY position");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                runs.add(
                        new Row(
                                new RunName(rows.getString("name")),
                                rows.getLong("position"),
                                Instant.ofEpochMilli(rows.getLong("submitted_millis")),
                                rows.getBytes("submission")));
            }
        }
        return runs;
    }

    private Entry.RunAccepted accepted(Row row) {
        try {
            byte[] bytes = requireNonNull(row.submission(), "submission");
            SubmitRequest request = SubmitRequest.parseFrom(bytes);
            return new Entry.RunAccepted(
                    new RunSpec(row.name(), SubmissionMessages.read(request, recipes)),
                    row.position(),
                    row.submittedAt());
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("the submission of run " + row.name() + " is damaged: " + e);
        }
    }
}
