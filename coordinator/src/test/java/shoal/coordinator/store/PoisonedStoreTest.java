package shoal.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Run;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunStatus;
import shoal.coordinator.core.State;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.StatusChanged;
import shoal.recipe.RecipeJson;

/** Runs that cannot be read, or are not accepted any more, end; all others go on. */
final class PoisonedStoreTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);

    @TempDir Path folder;
    private Path file = Path.of("");

    /** A store that Shoal 9fea4a0 ended with, and again at each start. */
    @BeforeEach
    void poisoned() throws IOException, SQLException {
        file = folder.resolve("c.db");
        String script;
        try (InputStream in = getClass().getResourceAsStream("poisoned-9fea4a0.sql")) {
            script = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        change(script.split(";\n", -1));
    }

    @Test
    void a_store_that_ended_an_earlier_version_starts_with_this_one() {
        try (Store store = Store.open(file)) {
            State read = store.load(RecipeJson::read, NOW);

            assertThat(names(read))
                    .containsExactly("overflow", "stepping", "waiting", "waiting-wide");
            for (String name : List.of("metric", "notices", "resumed")) {
                Entry.EndedRun end = ended(read, name);
                assertThat(end.status()).isEqualTo(RunStatus.FAILED);
                assertThat(end.reason()).isEqualTo(StateReader.NOT_ACCEPTED);
                assertThat(last(store, name).getProblemsList()).isNotEmpty();
            }
            assertThat(ended(read, "metric").step()).isEqualTo(1);
            assertThat(last(store, "metric").getProblems(0)).contains("any text");
            assertThat(ended(read, "done").status()).isEqualTo(RunStatus.DONE);

            State again = store.load(RecipeJson::read, NOW.plusSeconds(9));
            assertThat(again.ended()).isEqualTo(read.ended());
            assertThat(names(again)).isEqualTo(names(read));
            assertThat(again.nextPosition()).isEqualTo(read.nextPosition());
        }
    }

    @Test
    void a_run_whose_rows_are_damaged_is_set_aside_alone() throws SQLException {
        change("UPDATE run SET submission = x'ff' WHERE name = 'waiting'");
        change("UPDATE step_commit SET clip = -7 WHERE run = 'stepping'");
        change("UPDATE run SET status = 'ASLEEP', reason = NULL WHERE name = 'done'");

        try (Store store = Store.open(file)) {
            State read = store.load(RecipeJson::read, NOW);

            assertThat(names(read)).containsExactly("overflow", "waiting-wide");
            for (String name : List.of("waiting", "stepping")) {
                assertThat(ended(read, name).reason())
                        .isEqualTo("a bug in Shoal; the run is set aside");
                StatusChanged last = last(store, name);
                assertThat(last.getStatus()).isEqualTo(shoal.proto.v1.RunStatus.FAILED);
                assertThat(last.getProblemsCount()).isBetween(2, 30);
            }
            assertThat(last(store, "stepping").getProblems(0)).contains("clip is -7.0");
            assertThat(ended(read, "done").status()).isEqualTo(RunStatus.FAILED);
        }
    }

    private static List<String> names(State state) {
        return state.runs().values().stream().map(Run::name).map(RunName::text).toList();
    }

    private static Entry.EndedRun ended(State state, String name) {
        return state.ended().find(new RunName(name)).orElseThrow();
    }

    private static StatusChanged last(Store store, String name) {
        List<RunEvent> events = store.events(new RunName(name), 0, 10_000);
        RunEvent last = events.get(events.size() - 1);
        assertThat(last.getSequence()).isEqualTo(events.size());
        return last.getStatusChanged();
    }

    private void change(String... sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String each : sql) {
                statement.executeUpdate(each);
            }
            connection.commit();
        }
    }
}
