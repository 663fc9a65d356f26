package shoal.coordinator.store;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.Crew;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Fold;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;
import shoal.coordinator.core.WorkerFacts;
import shoal.coordinator.core.WorkerName;
import shoal.coordinator.core.WorkerProcess;
import shoal.coordinator.message.RunEvents;
import shoal.coordinator.message.WorkerMessages;
import shoal.proto.v1.Hello;
import shoal.proto.v1.RunEvent;

/** Folds what happened to one live run after it was accepted. */
final class GenerationReader {
    private final Connection connection;
    private final RunName run;

    GenerationReader(Connection connection, RunName run) {
        this.connection = requireNonNull(connection, "connection");
        this.run = requireNonNull(run, "run");
    }

    State read(State accepted) throws SQLException {
        State state = accepted;
        try (PreparedStatement query =
                query("SELECT * FROM generation WHERE run = ? ORDER BY generation")) {
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    state = generation(state, rows);
                }
            }
        }
        return events(state);
    }

    private State generation(State before, ResultSet row) throws SQLException {
        Fence fence = new Fence(run, row.getLong("generation"));
        State state =
                Fold.fold(
                        before,
                        new Entry.GenerationStarted(
                                fence, crew(fence), time(row, "started_millis")));
        row.getLong("loaded_millis");
        if (!row.wasNull()) {
            state = loaded(state, fence, row);
        }
        String ended = row.getString("ended_reason");
        return ended == null ? state : Fold.fold(state, new Entry.GenerationEnded(fence, ended));
    }

    private State loaded(State started, Fence fence, ResultSet row) throws SQLException {
        LoadFacts facts =
                new LoadFacts(
                        row.getInt("train_rows"),
                        row.getInt("evaluation_rows"),
                        row.getInt("labels"),
                        row.getLong("parameters"));
        State state =
                Fold.fold(started, new Entry.RunLoaded(fence, facts, time(row, "loaded_millis")));
        state = new StepReader(connection, fence).read(state);
        row.getLong("trained_millis");
        return row.wasNull()
                ? state
                : Fold.fold(state, new Entry.Trained(fence, time(row, "trained_millis")));
    }

    private Crew crew(Fence fence) throws SQLException {
        List<Crew.Member> members = new ArrayList<>();
        try (PreparedStatement query =
                query("SELECT * FROM crew WHERE run = ? AND generation = ? ORDER BY place")) {
            query.setLong(2, fence.generation());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    members.add(
                            new Crew.Member(
                                    new WorkerProcess(
                                            new WorkerName(rows.getString("worker")),
                                            rows.getString("incarnation")),
                                    facts(rows.getBytes("hello"))));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("a crew of run " + run + " is damaged: " + e);
        }
        return new Crew(members);
    }

    /** What a member said of itself; a store of schema 1 does not know. */
    private static WorkerFacts facts(byte @Nullable [] hello)
            throws InvalidProtocolBufferException {
        return hello == null
                ? WorkerFacts.of("unknown", 0, 0)
                : WorkerMessages.facts(Hello.parseFrom(hello));
    }

    private State events(State before) throws SQLException {
        State state = before;
        try (PreparedStatement query =
                query("SELECT * FROM event WHERE run = ? ORDER BY sequence")) {
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    RunEvent message = RunEvent.parseFrom(rows.getBytes("message"));
                    state =
                            Fold.fold(
                                    state,
                                    new Entry.EventLogged(
                                            run,
                                            message.getSequence(),
                                            time(rows, "time_millis"),
                                            RunEvents.event(message)));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("an event of run " + run + " is damaged: " + e);
        }
        return state;
    }

    private PreparedStatement query(String sql) throws SQLException {
        PreparedStatement query = connection.prepareStatement(sql);
        query.setString(1, run.text());
        return query;
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }
}
