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
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.Commit;
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
import shoal.plan.metric.Classification;
import shoal.plan.metric.EvaluationResult;
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
        String ended = row.getString("ended_reason");
        if (ended != null) {
            // Its work is lost: what it committed matters to nobody but an auditor.
            return Fold.fold(state, new Entry.GenerationEnded(fence, ended));
        }
        row.getLong("loaded_millis");
        if (row.wasNull()) {
            return state;
        }
        LoadFacts facts =
                new LoadFacts(
                        row.getInt("train_rows"),
                        row.getInt("evaluation_rows"),
                        row.getInt("labels"),
                        row.getLong("parameters"));
        state = Fold.fold(state, new Entry.RunLoaded(fence, facts, time(row, "loaded_millis")));
        state = steps(state, fence);
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

    private State steps(State loaded, Fence fence) throws SQLException {
        NavigableMap<Integer, Entry.Evaluated> evaluations = evaluations(fence);
        State state = loaded;
        try (PreparedStatement query =
                query("SELECT * FROM step_commit WHERE run = ? AND generation = ? ORDER BY step")) {
            query.setLong(2, fence.generation());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Commit commit = commit(rows);
                    state =
                            Fold.fold(
                                    state,
                                    new Entry.StepCommitted(
                                            fence, commit, time(rows, "committed_millis")));
                    Entry.Evaluated evaluated = evaluations.get(commit.step());
                    state = evaluated == null ? state : Fold.fold(state, evaluated);
                }
            }
        }
        return state;
    }

    private NavigableMap<Integer, Entry.Evaluated> evaluations(Fence fence) throws SQLException {
        NavigableMap<Integer, Entry.Evaluated> found = new TreeMap<>();
        try (PreparedStatement query =
                query("SELECT * FROM evaluation WHERE run = ? AND generation = ?")) {
            query.setLong(2, fence.generation());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    int step = rows.getInt("step");
                    found.put(
                            step,
                            new Entry.Evaluated(
                                    fence, step, result(rows), rows.getDouble("seconds")));
                }
            }
        }
        return found;
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

    private static Commit commit(ResultSet row) throws SQLException {
        return new Commit(
                row.getInt("step"),
                row.getDouble("clip"),
                row.getDouble("learning_rate"),
                row.getDouble("loss"),
                row.getDouble("norm"),
                row.getLong("tokens"));
    }

    private static EvaluationResult result(ResultSet row) throws SQLException {
        double stored = row.getDouble("loss");
        double loss = row.wasNull() ? Double.NaN : stored;
        return new EvaluationResult(
                row.getInt("rows"),
                loss,
                new Classification(
                        row.getDouble("accuracy"),
                        row.getDouble("precision"),
                        row.getDouble("recall"),
                        row.getDouble("f1")));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }
}
