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
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Fold;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.core.RunStatus;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Submission;
import shoal.coordinator.message.ArtefactMessages;
import shoal.coordinator.message.Demands;
import shoal.coordinator.message.Submissions;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.Recipe;

/** Reads entries back in an order in which they can have been made, and folds them. */
final class StateReader {
    private final Connection connection;
    private final Function<String, Recipe> recipes;

    /**
     * @param recipes reads the recipe of a submission
     */
    StateReader(Connection connection, Function<String, Recipe> recipes) {
        this.connection = requireNonNull(connection, "connection");
        this.recipes = requireNonNull(recipes, "recipes");
    }

    /** The durable part of the state. */
    State read() throws SQLException {
        State state = endedRuns();
        for (Entry.RunAccepted accepted : liveRuns()) {
            state = Fold.fold(state, accepted);
            state = new GenerationReader(connection, accepted.spec().name()).read(state);
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
        String workers = row.getString("workers");
        return new Entry.RunEnded(
                new RunName(row.getString("name")),
                new Entry.EndedRun(
                        row.getLong("position"),
                        Instant.ofEpochMilli(row.getLong("submitted_millis")),
                        Instant.ofEpochMilli(row.getLong("ended_millis")),
                        RunStatus.valueOf(row.getString("status")),
                        row.getString("reason"),
                        row.getInt("step"),
                        row.getInt("steps"),
                        workers.isEmpty() ? List.of() : Arrays.asList(workers.split(",", -1))));
    }

    private List<Entry.RunAccepted> liveRuns() throws SQLException {
        List<Entry.RunAccepted> runs = new ArrayList<>();
        try (PreparedStatement query =
                        connection.prepareStatement(
                                "SELECT * FROM run WHERE status IS NULL ORDER BY position");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                runs.add(
                        new Entry.RunAccepted(
                                spec(rows.getString("name"), rows.getBytes("submission")),
                                rows.getLong("position"),
                                Instant.ofEpochMilli(rows.getLong("submitted_millis"))));
            }
        }
        return runs;
    }

    private RunSpec spec(String name, byte[] submission) {
        try {
            SubmitRequest request = SubmitRequest.parseFrom(submission);
            return new RunSpec(
                    new RunName(name),
                    new Submission(
                            recipes.apply(request.getRecipeJson()),
                            request.getRecipeJson(),
                            request.getArtefactsList().stream()
                                    .map(ArtefactMessages::reference)
                                    .toList(),
                            Demands.read(request),
                            request.hasResume()
                                    ? Optional.of(Submissions.resumePoint(request.getResume()))
                                    : Optional.empty()));
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("the submission of run " + name + " is damaged: " + e);
        }
    }
}
