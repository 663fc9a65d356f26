package shoal.worker.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.engine.TrainingEngine;
import shoal.model.GptConfig;
import shoal.model.StateKind;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.Fence;
import shoal.proto.v1.Peer;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StartRun;
import shoal.recipe.Problem;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.UserException;
import shoal.wire.Access;
import shoal.wire.Channels;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.worker.FakeEngine;
import shoal.worker.Recipes;
import shoal.worker.Rows;
import shoal.worker.artefact.ArtefactCache;
import shoal.worker.artefact.ArtefactSource;
import shoal.worker.stop.StopSignal;

/** Loading with the bundled model; only the engine is a fake. */
final class RunLoaderTest {
    private static final String TRAIN = "1\t很好\n0\t很差\n1\t不错\n";

    @TempDir Path folder;
    private final Map<ByteString, byte[]> store = new HashMap<>();
    private final List<Artefact> artefacts = new ArrayList<>();
    private final List<FakeEngine> engines = new ArrayList<>();
    private final StopSignal stop = new StopSignal();
    private ManagedChannel channel;

    @BeforeEach
    void store_the_bundled_model() throws IOException {
        channel =
                Channels.open(
                        new Access(new HostPort("127.0.0.1", 1), Token.create(new SecureRandom())));
        try (Stream<Path> files = Files.list(Rows.modelFolder())) {
            for (Path file : files.sorted().toList()) {
                add(
                        Artefact.Role.MODEL_FILE,
                        file.getFileName().toString(),
                        Files.readAllBytes(file));
            }
        }
    }

    @AfterEach
    void close_channel() {
        channel.shutdownNow();
    }

    @Test
    void says_what_was_loaded_and_what_the_user_should_know() throws IOException {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN + "a line without a tab\n");
        addText(Artefact.Role.EVALUATION_ROWS, "e.tsv", "1\t好\n");

        try (RunWork run = load(Recipes.small())) {
            RunReady facts = run.facts();
            assertThat(facts.getTrainRows()).isEqualTo(3);
            assertThat(facts.getEvaluationRows()).isEqualTo(1);
            assertThat(facts.getLabels()).isEqualTo(2);
            assertThat(facts.getParameters()).isEqualTo(engines.get(0).table().parameterElements());
            assertThat(facts.getNoticesList())
                    .singleElement()
                    .asString()
                    .contains("t.tsv")
                    .contains("1 line");
        }
    }

    @Test
    void the_weights_of_the_folder_are_in_the_engine() throws IOException {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN);

        try (RunWork run = load(Recipes.small())) {
            ByteBuffer layerNorm = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            TrainingEngine engine = engines.get(0);
            var place = engine.table().named("transformer.ln_f.weight").orElseThrow();
            engine.read(StateKind.PARAMETER, place.unit(), place.offsetElements(), layerNorm);
            assertThat(layerNorm.getFloat(0)).isEqualTo(1);
            assertThat(run.reduce(1, 1).getTokens()).isPositive();
        }
    }

    @Test
    void freeing_a_run_closes_its_engine_and_removes_its_folder() throws IOException {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN);

        RunWork run = load(Recipes.small());
        assertThat(folder.resolve("runs/r/train/t.tsv")).exists();
        run.close();

        assertThat(engines.get(0).isClosed()).isTrue();
        assertThat(folder.resolve("runs/r")).doesNotExist();
    }

    @Test
    void problems_of_both_data_files_come_together_and_nothing_stays_behind() {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", "x\tgood\n1\tbad\ny\tgood\n");
        addText(Artefact.Role.EVALUATION_ROWS, "e.tsv", "");

        UserException e = catchThrowableOfType(UserException.class, () -> load(Recipes.small()));

        assertThat(e.problems().stream().map(Problem::where))
                .anyMatch(where -> where.startsWith("t.tsv:"))
                .anyMatch(where -> where.startsWith("e.tsv"));
        assertThat(engines).isEmpty();
        assertThat(folder.resolve("runs/r")).doesNotExist();
    }

    @Test
    void a_label_beyond_the_recipes_classes_is_named_with_its_line() {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN);
        addText(Artefact.Role.EVALUATION_ROWS, "e.tsv", "0\tgood\n5\tbad\n");

        assertThatThrownBy(() -> load(Recipes.with(16, 2)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("e.tsv:2")
                .hasMessageContaining("5");
    }

    @Test
    void a_new_head_has_as_many_classes_as_the_training_rows_and_is_told() throws IOException {
        takeHeadAway();
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN + "3\t一般\n");

        try (RunWork run = load(Recipes.small())) {
            assertThat(run.facts().getLabels()).isEqualTo(4);
            assertThat(run.facts().getNoticesList())
                    .anySatisfy(notice -> assertThat(notice).contains("score"));
        }
    }

    @Test
    void a_label_beyond_the_models_head_is_named_with_its_line() {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN + "3\t一般\n");

        assertThatThrownBy(() -> load(Recipes.small()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("t.tsv:4")
                .hasMessageContaining("3");
    }

    @Test
    void a_length_beyond_the_models_positions_is_refused_with_both_numbers() {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN);

        assertThatThrownBy(() -> load(Recipes.with(257, 0)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("257")
                .hasMessageContaining("256");
    }

    @Test
    void a_run_without_training_rows_is_the_coordinators_fault() {
        assertThatThrownBy(() -> load(Recipes.small()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0 training files");
    }

    @Test
    void an_engine_that_does_not_open_leaves_no_folder_behind() {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN);
        RunLoader loader =
                loader(
                        (config, recipe, lanes) -> {
                            throw new IllegalStateException("no memory for the model");
                        });

        assertThatThrownBy(() -> loader.open(start(Recipes.small()), stop))
                .hasMessageContaining("no memory for the model");
        assertThat(folder.resolve("runs/r")).doesNotExist();
    }

    @Test
    void a_checkpoint_that_cannot_be_loaded_leaves_no_engine_open() {
        addText(Artefact.Role.TRAIN_ROWS, "t.tsv", TRAIN);
        StartRun after3 = start(Recipes.small()).toBuilder().setStep(3).build();

        assertThatThrownBy(() -> loader(this::engine).open(after3, stop))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no checkpoint among its files");
        assertThat(engines.get(0).isClosed()).isTrue();
        assertThat(folder.resolve("runs/r")).doesNotExist();
    }

    private RunWork load(Recipe recipe) throws IOException {
        return loader(this::engine).open(start(recipe), stop);
    }

    private TrainingEngine engine(GptConfig config, Recipe recipe, int lanes) {
        FakeEngine engine = new FakeEngine(config);
        engines.add(engine);
        return engine;
    }

    private RunLoader loader(EngineFactory factory) {
        ArtefactCache cache = new ArtefactCache(folder.resolve("artefacts"), 1 << 30, source());
        Channel unused = channel;
        return new RunLoader(
                folder.resolve("runs"),
                cache,
                unused,
                factory,
                2,
                (run, receiver, stop) -> {
                    throw new AssertionError("a worker that is alone exchanges nothing");
                });
    }

    private StartRun start(Recipe recipe) {
        return StartRun.newBuilder()
                .setFence(Fence.newBuilder().setRun("r").setGeneration(1))
                .setRecipeJson(RecipeJson.write(recipe))
                .addAllArtefacts(artefacts)
                .addPeers(Peer.getDefaultInstance())
                .build();
    }

    private ArtefactSource source() {
        return (sha256, offset, sink, stopSignal) -> {
            byte[] all = store.getOrDefault(sha256, new byte[0]);
            sink.write(ByteString.copyFrom(all, (int) offset, all.length - (int) offset));
        };
    }

    /** Makes the bundled classifier a language model: the head's bytes under another name. */
    private void takeHeadAway() throws IOException {
        byte[] file = Files.readAllBytes(Rows.modelFolder().resolve("model.safetensors"));
        ByteBuffer old = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int headerEnd = Long.BYTES + Math.toIntExact(old.getLong());
        byte[] header =
                new String(file, Long.BYTES, headerEnd - Long.BYTES, StandardCharsets.UTF_8)
                        .replace("score.weight", "lm_head.weight")
                        .getBytes(StandardCharsets.UTF_8);
        ByteBuffer changed =
                ByteBuffer.allocate(Long.BYTES + header.length + file.length - headerEnd)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .put(file, headerEnd, file.length - headerEnd);
        artefacts.removeIf(artefact -> artefact.getName().equals("model.safetensors"));
        add(Artefact.Role.MODEL_FILE, "model.safetensors", changed.array());
    }

    private void addText(Artefact.Role role, String name, String text) {
        add(role, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void add(Artefact.Role role, String name, byte[] bytes) {
        ByteString sha256 = ByteString.copyFrom(sha256(bytes));
        store.put(sha256, bytes);
        artefacts.add(
                Artefact.newBuilder()
                        .setRole(role)
                        .setName(name)
                        .setSha256(sha256)
                        .setSizeBytes(bytes.length)
                        .build());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
