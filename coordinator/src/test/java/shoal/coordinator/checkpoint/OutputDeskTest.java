package shoal.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.TestRecipes;
import shoal.coordinator.TinyModel;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.artefact.IncomingFile;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Course;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.Ledger;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.core.ResumePoint;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.core.Submission;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;

final class OutputDeskTest {
    private static final Fence FENCE = new Fence(new RunName("r"), 1);
    private static final LoadFacts FACTS =
            new LoadFacts(8, 6, 2, TinyModel.table().parameterElements());

    @TempDir Path folder;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private RunSpec spec;
    private OutputDesk desk;

    @BeforeEach
    void open() throws IOException {
        ArtefactShelf shelf = ArtefactShelf.open(folder.resolve("artefacts"), new Catalogue());
        List<ArtefactReference> files = new ArrayList<>();
        try (Stream<Path> model = Files.list(TinyModel.write(folder.resolve("given")))) {
            for (Path file : model.toList()) {
                files.add(stored(shelf, file));
            }
        }
        spec =
                new RunSpec(
                        FENCE.run(),
                        new Submission(TestRecipes.of(2, 1, 2), "{}", files, Demand.ONE));
        desk =
                new OutputDesk(
                        new CheckpointPlaces(folder.resolve("runs"), Optional.empty()),
                        shelf,
                        events::add,
                        bug -> {
                            throw new AssertionError(bug);
                        });
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void ranges_in_any_order_make_the_same_file() throws Exception {
        desk.expect(expected(FENCE));
        OutputDesk.Upload upload = desk.begin(FENCE, 2, 0);
        List<Parameter> parameters = new ArrayList<>(TinyModel.table().parameters());
        Collections.reverse(parameters);
        for (Parameter parameter : parameters) {
            ByteBuffer values = TinyModel.values(parameter, 3);
            int half = values.limit() / 2 / Float.BYTES * Float.BYTES;
            if (half > 0) {
                upload.write(
                        StateKind.PARAMETER,
                        parameter.name(),
                        half / Float.BYTES,
                        values.slice(half, values.limit() - half));
                upload.write(StateKind.PARAMETER, parameter.name(), 0, values.slice(0, half));
            } else {
                upload.write(StateKind.PARAMETER, parameter.name(), 0, values);
            }
        }
        assertThat(upload.finish()).isEqualTo(TinyModel.table().parameterElements());

        desk.seal(sealing(FENCE));

        assertThat(next()).isInstanceOf(Event.OutputSealed.class);
        Path output = folder.resolve("runs/r/output");
        assertThat(Files.readAllBytes(output.resolve("model.safetensors")))
                .isEqualTo(TinyModel.weights(3));
        assertThat(Files.readString(output.resolve("trainer_state.json")))
                .contains("\"loss\": 0.5")
                .contains("\"max_steps\": 2")
                .contains("\"total_flos\": 12000000000.0");
        assertThat(Files.readString(output.resolve("README.md"))).contains("learning_rate");
        assertThat(folder.resolve("runs/r/model-1")).doesNotExist();
    }

    @Test
    void what_interrupted_work_left_goes_at_the_end_and_live_work_stays() throws Exception {
        Path run = folder.resolve("runs/r");
        Path stale = Files.createDirectories(run.resolve("model-1-64"));
        Files.writeString(stale.resolve("config.json"), "{}");
        Path dead = Files.createDirectories(run.resolve(".checkpoint-64.staging-1-1-x"));
        Files.writeString(dead.resolve("model.safetensors"), "");
        Path mine = Files.createDirectories(run.resolve("model-mine"));
        desk.expect(expected(FENCE));
        OutputDesk.Upload upload = desk.begin(FENCE, 2, 0);
        for (Parameter parameter : TinyModel.table().parameters()) {
            upload.write(StateKind.PARAMETER, parameter.name(), 0, TinyModel.values(parameter, 3));
        }
        upload.finish();
        assertThat(run.resolve("model-1")).isDirectory();

        desk.seal(sealing(FENCE));

        assertThat(next()).isInstanceOf(Event.OutputSealed.class);
        assertThat(stale).doesNotExist();
        assertThat(dead).doesNotExist();
        assertThat(run.resolve("model-1")).doesNotExist();
        assertThat(mine).exists();
    }

    @Test
    void a_run_that_ends_without_a_result_leaves_no_staged_model() throws Exception {
        Path stale = Files.createDirectories(folder.resolve("runs/r/model-1-64"));

        desk.drop(new Effect.DropOutput(FENCE));
        desk.close();

        assertThat(stale).doesNotExist();
    }

    @Test
    void an_element_that_is_missing_or_comes_twice_or_is_nowhere_is_refused() {
        desk.expect(expected(FENCE));
        OutputDesk.Upload upload = desk.begin(FENCE, 2, 0);
        ByteBuffer two = ByteBuffer.allocate(8);

        upload.write(StateKind.PARAMETER, "score.weight", 2, two.duplicate());

        assertThatThrownBy(
                        () -> upload.write(StateKind.PARAMETER, "score.weight", 3, two.duplicate()))
                .hasMessage("elements 3 to 5 of score.weight came twice");
        assertThatThrownBy(
                        () -> upload.write(StateKind.PARAMETER, "score.weight", 7, two.duplicate()))
                .hasMessage(
                        "2 elements at 7 are not inside score.weight, of which worker 0 owns 0 to"
                                + " 8");
        assertThatThrownBy(
                        () ->
                                upload.write(
                                        StateKind.PARAMETER, "lm_head.weight", 0, two.duplicate()))
                .hasMessage("the model has no parameter named lm_head.weight");
        assertThatThrownBy(
                        () ->
                                upload.write(
                                        StateKind.PARAMETER,
                                        "score.weight",
                                        0,
                                        ByteBuffer.allocate(3)))
                .hasMessage("3 bytes of score.weight are no whole number of floats");
        assertThatThrownBy(upload::finish)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only 0 of 44 elements of transformer.wte.weight came from its start");
    }

    @Test
    void a_worker_that_says_it_sent_what_never_came_fails_the_run_and_nothing_else()
            throws Exception {
        desk.expect(expected(FENCE));
        desk.begin(FENCE, 2, 0)
                .write(StateKind.PARAMETER, "score.weight", 0, ByteBuffer.allocate(8));

        desk.seal(sealing(FENCE));

        assertThat(next())
                .isEqualTo(
                        new Event.OutputFailed(
                                FENCE,
                                List.of(
                                        "its workers say that they sent all they own, but not all"
                                                + " came")));
    }

    @Test
    void a_new_upload_begins_from_nothing_and_ends_the_one_before() throws Exception {
        desk.expect(expected(FENCE));
        OutputDesk.Upload first = desk.begin(FENCE, 2, 0);
        first.write(StateKind.PARAMETER, "score.weight", 0, ByteBuffer.allocate(8));
        desk.expect(expected(FENCE));

        OutputDesk.Upload second = desk.begin(FENCE, 2, 0);

        assertThatThrownBy(
                        () ->
                                first.write(
                                        StateKind.PARAMETER,
                                        "score.weight",
                                        2,
                                        ByteBuffer.allocate(8)))
                .isInstanceOf(StaleUploadException.class);
        sendAll(second, 1);
        desk.seal(sealing(FENCE));
        assertThat(next()).isInstanceOf(Event.OutputSealed.class);
    }

    @Test
    void another_generation_or_step_is_not_taken() {
        assertThatThrownBy(() -> desk.begin(FENCE, 2, 0)).isInstanceOf(StaleUploadException.class);
        desk.expect(expected(FENCE));
        assertThatThrownBy(() -> desk.begin(new Fence(FENCE.run(), 2), 2, 0))
                .isInstanceOf(StaleUploadException.class);
        assertThatThrownBy(() -> desk.begin(FENCE, 1, 0))
                .isInstanceOf(StaleUploadException.class)
                .hasMessageContaining("step 2 is");
    }

    @Test
    void what_is_dropped_leaves_nothing_even_if_it_was_sealed() throws Exception {
        desk.expect(expected(FENCE));
        sendAll(desk.begin(FENCE, 2, 0), 1);

        desk.seal(sealing(FENCE));
        desk.drop(new Effect.DropOutput(FENCE));
        assertThat(next()).isInstanceOf(Event.OutputSealed.class);
        desk.close();

        try (Stream<Path> left = Files.list(folder.resolve("runs/r"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_folder_that_cannot_be_written_fails_the_run_with_its_name() throws Exception {
        Files.createDirectories(folder.resolve("runs"));
        Files.createDirectories(folder.resolve("runs/r"));
        Files.writeString(folder.resolve("runs/r/output"), "a file");
        desk.expect(expected(FENCE));

        assertThatThrownBy(() -> desk.begin(FENCE, 2, 0)).hasMessageContaining("is a file");

        Event.OutputFailed failed = (Event.OutputFailed) next();
        assertThat(failed.fence()).isEqualTo(FENCE);
        assertThat(failed.problems().get(0)).contains("runs/r/output");
    }

    private static void sendAll(OutputDesk.Upload upload, int add) {
        for (Parameter parameter : TinyModel.table().parameters()) {
            upload.write(
                    StateKind.PARAMETER, parameter.name(), 0, TinyModel.values(parameter, add));
        }
        assertThat(upload.finish()).isPositive();
    }

    private Event next() throws InterruptedException {
        Event event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        return event;
    }

    private Effect.ReceiveState expected(Fence fence) {
        return new Effect.ReceiveState(fence, 1, 2, Effect.Purpose.RESULT, spec, FACTS);
    }

    @Test
    void what_the_desks_thread_throws_is_told_of_the_run_and_the_desk_goes_on()
            throws InterruptedException {
        desk.seal(sealing(FENCE));

        assertThat(events.poll(20, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Event.SetAside.class,
                        event -> {
                            assertThat(event.run()).isEqualTo(FENCE.run());
                            assertThat(event.trace().get(0)).contains("was not expected");
                        });
        desk.expect(expected(FENCE));
        desk.seal(sealing(FENCE));
        assertThat(events.poll(20, TimeUnit.SECONDS)).isInstanceOf(Event.OutputFailed.class);
    }

    private Effect.SealOutput sealing(Fence fence) {
        return new Effect.SealOutput(fence, spec, Course.of(spec.recipe(), FACTS), ledger(2));
    }

    private static Ledger ledger(int step) {
        TrainingLog log = new TrainingLog(step, 1, 0.25, 0.5, OptionalDouble.of(2), 1e-3, 12e9);
        LogRow row = new LogRow(List.of(LogValue.number("loss", 0.5), LogValue.integer("step", 1)));
        return Ledger.at(
                new ResumePoint(log, List.of(row), Selection.none()), Instant.ofEpochMilli(0));
    }

    private static ArtefactReference stored(ArtefactShelf shelf, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Hash hash = new Hash(HexFormat.of().formatHex(sha256(bytes)));
        try (IncomingFile incoming = shelf.receive(hash, bytes.length)) {
            incoming.write(ByteBuffer.wrap(bytes));
            incoming.finish();
        }
        return new ArtefactReference(
                ArtefactReference.Role.MODEL_FILE,
                file.getFileName().toString(),
                hash,
                bytes.length);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Remembers in memory. */
    private static final class Catalogue implements ArtefactShelf.Catalogue {
        private final Map<Hash, Long> sizes = new ConcurrentHashMap<>();

        @Override
        public OptionalLong artefactSize(Hash hash) {
            Long size = sizes.get(hash);
            return size == null ? OptionalLong.empty() : OptionalLong.of(size);
        }

        @Override
        public void addArtefact(Hash hash, long sizeBytes) {
            sizes.put(hash, sizeBytes);
        }
    }
}
