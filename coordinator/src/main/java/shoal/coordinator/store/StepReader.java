package shoal.coordinator.store;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import shoal.coordinator.core.Commit;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Fold;
import shoal.coordinator.core.State;
import shoal.coordinator.message.ArtefactMessages;
import shoal.plan.metric.Classification;
import shoal.plan.metric.EvaluationResult;
import shoal.proto.v1.SubmitRequest;

/** Folds commits, evaluations and checkpoints of one generation, step by step. */
final class StepReader {
    private final Connection connection;
    private final Fence fence;

    StepReader(Connection connection, Fence fence) {
        this.connection = requireNonNull(connection, "connection");
        this.fence = requireNonNull(fence, "fence");
    }

    State read(State loaded) throws SQLException {
        Map<Integer, Entry.Evaluated> evaluations = evaluations();
        Map<Integer, Entry.CheckpointSealed> checkpoints = checkpoints();
        int first = loaded.runs().find(fence.run()).orElseThrow().step();
        State state = after(loaded, evaluations.get(first), null);
        try (PreparedStatement query =
                query("SELECT * FROM step_commit WHERE run = ? AND generation = ? ORDER BY step")) {
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    Commit commit = commit(rows);
                    State committed =
                            Fold.fold(
                                    state,
                                    new Entry.StepCommitted(
                                            fence,
                                            commit,
                                            GenerationReader.time(rows, "committed_millis")));
                    state =
                            after(
                                    committed,
                                    evaluations.get(commit.step()),
                                    checkpoints.get(commit.step()));
                }
            }
        }
        return state;
    }

    /** What follows a step. A checkpoint may be sealed later, but gives the same whenever it is. */
    private static State after(
            State step,
            Entry.@Nullable Evaluated evaluated,
            Entry.@Nullable CheckpointSealed sealed) {
        State state = evaluated == null ? step : Fold.fold(step, evaluated);
        return sealed == null ? state : Fold.fold(state, sealed);
    }

    private Map<Integer, Entry.Evaluated> evaluations() throws SQLException {
        Map<Integer, Entry.Evaluated> found = new HashMap<>();
        try (PreparedStatement query =
                query("SELECT * FROM evaluation WHERE run = ? AND generation = ?")) {
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

    private Map<Integer, Entry.CheckpointSealed> checkpoints() throws SQLException {
        Map<Integer, Entry.CheckpointSealed> found = new HashMap<>();
        try (PreparedStatement query =
                query("SELECT * FROM checkpoint WHERE run = ? AND generation = ?")) {
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    int step = rows.getInt("step");
                    SubmitRequest files = SubmitRequest.parseFrom(rows.getBytes("files"));
                    found.put(
                            step,
                            new Entry.CheckpointSealed(
                                    fence,
                                    step,
                                    files.getArtefactsList().stream()
                                            .map(ArtefactMessages::reference)
                                            .toList()));
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("a checkpoint of " + fence + " is damaged: " + e);
        }
        return found;
    }

    private PreparedStatement query(String sql) throws SQLException {
        PreparedStatement query = connection.prepareStatement(sql);
        query.setString(1, fence.run().text());
        query.setLong(2, fence.generation());
        return query;
    }

    private static Commit commit(ResultSet row) throws SQLException {
        return new Commit(
                row.getInt("step"),
                row.getDouble("clip"),
                row.getDouble("learning_rate"),
                row.getDouble("loss"),
                row.getDouble("norm"),
                row.getLong("tokens"),
                row.getLong("flos"),
                Ratios.of(row.getBytes("ratios")),
                row.getInt("skipped") != 0);
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
}
