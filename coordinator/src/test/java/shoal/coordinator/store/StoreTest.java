package shoal.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TestReports;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Core;
import shoal.coordinator.core.Crew;
import shoal.coordinator.core.Decision;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.EvaluationPart;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.HeldRun;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.core.RequestId;
import shoal.coordinator.core.RequestKey;
import shoal.coordinator.core.Run;
import shoal.coordinator.core.RunFaultException;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunStatus;
import shoal.coordinator.core.SessionId;
import shoal.coordinator.core.Stage;
import shoal.coordinator.core.State;
import shoal.coordinator.core.Submission;
import shoal.coordinator.core.WorkerFacts;
import shoal.coordinator.core.WorkerName;
import shoal.coordinator.core.WorkerProcess;
import shoal.coordinator.core.WorkerReport;
import shoal.plan.metric.Classification;
import shoal.plan.metric.EvaluationResult;
import shoal.proto.v1.RunEvent;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.UserException;
import shoal.wire.Scope;

final class StoreTest {
    private static final Hash HASH = new Hash("0".repeat(64));
    private static final List<ArtefactReference> FILES =
            List.of(
                    file(ArtefactReference.Role.TRAIN_ROWS, "train.tsv"),
                    file(ArtefactReference.Role.EVALUATION_ROWS, "eval.tsv"),
                    file(ArtefactReference.Role.MODEL_FILE, "config.json"),
                    file(ArtefactReference.Role.MODEL_FILE, "model.safetensors"));
    private static final RunName NAME = new RunName("r");
    private static final Fence FENCE = new Fence(NAME, 1);
    private static final SessionId SESSION = new SessionId("s");

    @TempDir Path folder;
    private State state = State.empty();
    private long millis = 1_000;

    @Test
    void what_was_decided_is_read_back_at_every_moment_of_a_run() {
        for (int events = 0; events <= life().size(); events++) {
            Path file = folder.resolve("at-" + events + ".db");
            state = State.empty();
            try (Store store = Store.open(file)) {
                for (Event event : life().subList(0, events)) {
                    store.append(decide(event));
                }
            }

            try (Store store = Store.open(file)) {
                State read = store.load(RecipeJson::read, Instant.EPOCH);

                assertThat(read.ended()).isEqualTo(state.ended());
                assertThat(read.answered()).isEqualTo(state.answered());
                assertThat(read.nextPosition()).isEqualTo(state.nextPosition());
                assertThat(read.runs().size()).isEqualTo(state.runs().size());
                for (Run run : state.runs().values()) {
                    sameMemory(read.runs().find(run.name()).orElseThrow(), run);
                }
            }
        }
        assertThat(state.ended().find(NAME).orElseThrow().status()).isEqualTo(RunStatus.DONE);
    }

    @Test
    void trust_ratios_of_a_commit_are_read_back() {
        Path file = folder.resolve("c.db");
        Recipe recipe = TestRecipes.withLamb(TestRecipes.of(2, 1, 0));
        List<Event> events = new ArrayList<>(life(recipe).subList(0, 4));
        events.add(reported(TestReports.reduced(FENCE, 1, 0.5, 4)));
        events.add(
                reported(
                        new WorkerReport.Measured(
                                FENCE,
                                1,
                                TestReports.squares(1, 0, 1),
                                List.of(),
                                Optional.empty())));
        try (Store store = Store.open(file)) {
            events.forEach(event -> store.append(decide(event)));
        }

        try (Store store = Store.open(file)) {
            Run read = store.load(RecipeJson::read, Instant.EPOCH).runs().find(NAME).orElseThrow();

            sameMemory(read, state.runs().find(NAME).orElseThrow());
            assertThat(
                            read.phase()
                                    .attempt()
                                    .flatMap(attempt -> attempt.ledger().last())
                                    .orElseThrow()
                                    .ratios())
                    .isEqualTo(TestReports.ratios(1));
        }
    }

    @Test
    void events_are_read_in_order_after_a_sequence() {
        try (Store store = Store.open(folder.resolve("c.db"))) {
            for (Event event : life()) {
                store.append(decide(event));
            }

            List<RunEvent> all = store.events(NAME, 0, 1_000);
            List<RunEvent> some = store.events(NAME, 3, 2);

            assertThat(all.get(all.size() - 1).getStatusChanged().getStatus())
                    .isEqualTo(shoal.proto.v1.RunStatus.DONE);
            assertThat(some).isEqualTo(all.subList(3, 5));
            assertThat(store.events(new RunName("other"), 0, 10)).isEmpty();
        }
    }

    @Test
    void entries_of_one_decision_are_stored_together_or_not_at_all() {
        try (Store store = Store.open(folder.resolve("c.db"))) {
            List<Entry> accepted = decide(life().get(0));
            List<Entry> twice = new ArrayList<>(accepted);
            twice.addAll(accepted);

            assertThatThrownBy(() -> store.append(twice))
                    .isInstanceOfSatisfying(
                            RunFaultException.class,
                            fault -> assertThat(fault.run()).isEqualTo(NAME));

            assertThat(store.load(RecipeJson::read, Instant.EPOCH).runs().size()).isZero();
            store.append(accepted);
            assertThat(store.load(RecipeJson::read, Instant.EPOCH).runs().size()).isEqualTo(1);
        }
    }

    @Test
    void an_entry_that_does_not_fit_a_row_is_its_runs_fault_and_nothing_is_stored() {
        try (Store store = Store.open(folder.resolve("c.db"))) {
            List<Entry> entries = new ArrayList<>(decide(life().get(0)));
            entries.add(new Entry.Evaluated(FENCE, 1, result(Double.NaN), 1));

            assertThatThrownBy(() -> store.append(entries))
                    .isInstanceOfSatisfying(
                            RunFaultException.class,
                            fault -> assertThat(fault.run()).isEqualTo(NAME));

            assertThat(store.load(RecipeJson::read, Instant.EPOCH).runs().size()).isZero();
        }
    }

    private static EvaluationResult result(double accuracy) {
        return new EvaluationResult(1, 0, new Classification(accuracy, 0, 0, 0));
    }

    @Test
    void tokens_and_artefacts_are_remembered() {
        Path file = folder.resolve("c.db");
        try (Store store = Store.open(file)) {
            assertThat(store.keepTokens(java.util.Map.of("old", Scope.ADMIN))).isZero();
            assertThat(store.keepTokens(java.util.Map.of("abc", Scope.READ))).isEqualTo(1);
            store.addArtefact(HASH, 5);
        }
        try (Store store = Store.open(file)) {
            assertThat(store.tokens()).containsExactly(java.util.Map.entry("abc", Scope.READ));
            assertThat(store.artefactSize(HASH)).hasValue(5);
            assertThat(store.artefactSize(new Hash("1".repeat(64)))).isEmpty();
        }
    }

    @Test
    void what_is_no_store_of_ours_is_the_machines_fault_and_left_alone() throws Exception {
        Path text = Files.writeString(folder.resolve("text.db"), "no database ".repeat(900));
        Path foreign = folder.resolve("foreign.db");
        change(foreign, "CREATE TABLE mine (x INTEGER)");
        Path changed = folder.resolve("changed.db");
        Store.open(changed).close();
        change(changed, "ALTER TABLE token DROP COLUMN scope");
        Path cut = folder.resolve("cut.db");
        Store.open(cut).close();
        byte[] whole = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        Path torn = folder.resolve("torn.db");
        byte[] zeros = whole.clone();
        Arrays.fill(zeros, 4_096, 8_192, (byte) 7);
        Files.write(torn, zeros);

        assertThatThrownBy(() -> Store.open(text))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(text + ": is no database")
                .hasMessageContaining("Put a copy of it back");
        assertThatThrownBy(() -> Store.open(foreign))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(foreign + ": is a database of another program");
        assertThatThrownBy(() -> Store.open(changed))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(changed + ": lacks token.scope, which its version has");
        assertThatThrownBy(() -> Store.open(cut))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(cut + ": is damaged")
                .hasMessageContaining("move it away and start anew");
        assertThatThrownBy(() -> Store.open(torn))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(torn + ": is damaged");
        assertThat(Files.readString(text)).startsWith("no database no");
    }

    @Test
    void a_store_that_another_process_holds_is_named_with_the_remedy() throws Exception {
        Path file = folder.resolve("held.db");
        Store.open(file).close();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.executeUpdate("PRAGMA locking_mode = EXCLUSIVE");
            statement.executeUpdate("BEGIN EXCLUSIVE");

            assertThatThrownBy(() -> Store.open(file))
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith(file + ": is held by another process");
        }
    }

    private static void change(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    void a_store_of_a_newer_version_is_refused_and_left_alone() throws SQLException {
        Path file = folder.resolve("c.db");
        Store.open(file).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 99");
        }

        assertThatThrownBy(() -> Store.open(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("newer Shoal (schema 99");
    }

    @Test
    void a_store_of_the_first_schema_is_read_and_brought_up_to_date() throws SQLException {
        Path file = folder.resolve("c.db");
        try (Store store = Store.open(file)) {
            life().subList(0, 5).forEach(event -> store.append(decide(event)));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TABLE checkpoint");
            statement.executeUpdate("DROP TABLE request");
            statement.executeUpdate("ALTER TABLE crew DROP COLUMN hello");
            statement.executeUpdate("ALTER TABLE step_commit DROP COLUMN ratios");
            statement.executeUpdate("ALTER TABLE step_commit DROP COLUMN flos");
            statement.executeUpdate("ALTER TABLE step_commit DROP COLUMN skipped");
            statement.executeUpdate("UPDATE crew SET ranks = '0'");
            statement.executeUpdate("PRAGMA user_version = 1");
        }

        try (Store store = Store.open(file)) {
            Run read = store.load(RecipeJson::read, Instant.EPOCH).runs().find(NAME).orElseThrow();
            assertThat(read.step()).isEqualTo(1);
            Crew.Member member = read.phase().crew().orElseThrow().members().get(0);
            assertThat(member.name().text()).isEqualTo("w1");
            assertThat(member.facts()).isEqualTo(WorkerFacts.of("unknown", 0, 0));
        }
    }

    private static ArtefactReference file(ArtefactReference.Role role, String name) {
        return new ArtefactReference(role, name, HASH, 5);
    }

    private List<Entry> decide(Event event) {
        millis += 250;
        Decision decision = Core.apply(state, Instant.ofEpochMilli(millis), event);
        state = decision.state();
        return decision.entries();
    }

    private static void sameMemory(Run read, Run live) {
        Stage stage = live.stage() == Stage.SEALING ? Stage.UPLOADING : live.stage();
        assertThat(read.stage()).isEqualTo(stage);
        assertThat(read.spec()).isEqualTo(live.spec());
        assertThat(read.submittedAt()).isEqualTo(live.submittedAt());
        assertThat(read.generation()).isEqualTo(live.generation());
        assertThat(read.restarts()).isEqualTo(live.restarts());
        assertThat(read.nextSequence()).isEqualTo(live.nextSequence());
        assertThat(read.reason()).isEqualTo(live.reason());
        assertThat(read.phase().crew()).isEqualTo(live.phase().crew());
        assertThat(read.phase().attempt()).isEqualTo(live.phase().attempt());
    }

    /** A run of two steps with an evaluation after each, and another run that waits. */
    private static List<Event> life() {
        return life(TestRecipes.of(2, 1, 1));
    }

    private static List<Event> life(Recipe recipe) {
        return List.of(
                new Event.Submitted(
                        new RequestId(1),
                        Optional.of(new RequestKey("0".repeat(32), HASH)),
                        Optional.of(NAME),
                        new Submission(recipe, RecipeJson.write(recipe), FILES, Demand.ONE)),
                new Event.Attached(
                        SESSION,
                        new WorkerProcess(new WorkerName("w1"), "i"),
                        TestReports.facts("w1", "bits"),
                        Optional.empty()),
                new Event.Submitted(
                        new RequestId(2),
                        Optional.empty(),
                        new Submission(recipe, RecipeJson.write(recipe), FILES, Demand.ONE)),
                reported(
                        new WorkerReport.Ready(
                                FENCE,
                                new HeldRun.Position(0, 0),
                                new LoadFacts(8, 2, 2, 100),
                                TestReports.deal(1),
                                List.of("a notice"))),
                reported(TestReports.reduced(FENCE, 1, 0.1 + 0.2, 1.0 / 3)),
                evaluated(1),
                reported(TestReports.reduced(FENCE, 2, 1e-300, 1e30)),
                evaluated(2),
                reported(new WorkerReport.Uploaded(FENCE, 2, 9)),
                new Event.OutputSealed(FENCE, "/out", 8),
                new Event.CancelRequested(
                        new RequestId(3),
                        Optional.of(new RequestKey("1".repeat(32), HASH)),
                        new RunName("run-2"),
                        "enough"));
    }

    private static Event evaluated(int step) {
        return reported(
                new WorkerReport.Evaluated(
                        FENCE,
                        step,
                        new EvaluationPart(
                                0,
                                new float[] {0.1f, Float.NaN},
                                new int[] {0, 1},
                                new int[] {1, 1}),
                        Optional.of(0.25)));
    }

    private static Event reported(WorkerReport report) {
        return new Event.Reported(SESSION, report);
    }
}
