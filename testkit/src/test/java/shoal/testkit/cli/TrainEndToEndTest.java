package shoal.testkit.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.classifier.Classifier;
import shoal.classifier.ClassifierOptions;
import shoal.cli.predict.OutputFormat;
import shoal.cli.predict.PredictionRun;
import shoal.cli.predict.ResultSink;
import shoal.model.dataset.RowReader;
import shoal.plan.metric.Classification;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonValue;

/** One command, one coordinator, one worker process, real files: from flags to a model folder. */
final class TrainEndToEndTest {
    private static final Duration CTRL_C = Duration.ofSeconds(2);

    private static final String RATES = MonitorRecipe.RATES_FILE;

    @TempDir private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        Files.writeString(folder.resolve("e.tsv"), "0\t差\n1\t好\n1\t好\n");
    }

    @Test
    void a_run_ends_with_0_a_model_folder_and_nothing_else() throws Exception {
        try (TrainProcess train = start("--max_steps", "4", "--logging_steps", "2")) {
            train.awaitLine("'train_runtime'");
            ProcessHandle worker = train.worker();
            int code = train.awaitEnd();

            assertThat(code).as(train.text()).isZero();
            assertThat(train.text())
                    .contains("model: ", "R=1 from --workers 1", "lanes: 1")
                    .containsPattern(
                            "\\{'loss': [0-9.]+, 'grad_norm': [0-9.]+, 'learning_rate': [0-9.e-]+,"
                                    + " 'epoch': 0\\.5\\}")
                    .containsPattern("\\{'eval_loss': .*'eval_f1': ")
                    .containsPattern("peak memory, worker \\S+ +\\d+ MiB")
                    .endsWith("out");
            assertThat(folder.resolve("out"))
                    .isDirectoryContaining("glob:**/model.safetensors")
                    .isDirectoryContaining("glob:**/config.json")
                    .isDirectoryContaining("glob:**/vocab.txt")
                    .isDirectoryContaining("glob:**/trainer_state.json")
                    .isDirectoryContaining("glob:**/README.md");
            assertThat(folder).isDirectoryNotContaining("glob:**/.shoal-*");
            assertEnded(worker);
            assertThat(train.leftovers()).isEmpty();
        }
    }

    @Test
    void predict_finds_the_figures_of_the_last_evaluation() throws Exception {
        Files.writeString(folder.resolve("e.tsv"), "0\t差\n1\t好\n1\t不好\n0\t很差\n1\t坏\n");
        try (TrainProcess train = start("--max_steps", "4", "--learning_rate", "1e-3")) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
        }

        Classification found = predicted(folder.resolve("out"), folder.resolve("e.tsv"));

        JsonObject state =
                JsonReader.readObject(
                        Files.readAllBytes(folder.resolve("out/trainer_state.json")), "state");
        JsonObject evaluated = lastWith(state.members().get("log_history"), "eval_f1");
        assertThat(found.accuracy()).isEqualTo(number(evaluated, "eval_accuracy"));
        assertThat(found.precision()).isEqualTo(number(evaluated, "eval_precision"));
        assertThat(found.recall()).isEqualTo(number(evaluated, "eval_recall"));
        assertThat(found.f1()).isEqualTo(number(evaluated, "eval_f1"));
    }

    private static Classification predicted(Path model, Path rows) {
        ClassifierOptions options = ClassifierOptions.defaults().withLanes(1).withMaxTokens(16);
        try (Classifier classifier = Classifier.open(model, "out", options);
                RowReader reader =
                        RowReader.labelled(RowReader.open(rows, "e.tsv", "of text"), "e.tsv");
                ResultSink sink = ResultSink.file(model.resolveSibling("results"), "results")) {
            PredictionRun run = new PredictionRun(classifier, OutputFormat.JSONL, sink, true);
            assertThat(run.all(reader, 2, rowsDone -> {})).isTrue();
            return run.worth().figures();
        }
    }

    private static JsonObject lastWith(@Nullable JsonValue rows, String name) {
        return ((JsonArray) requireNonNull(rows))
                .values().stream()
                        .map(JsonObject.class::cast)
                        .filter(row -> row.members().containsKey(name))
                        .reduce((earlier, later) -> later)
                        .orElseThrow();
    }

    private static double number(JsonObject row, String name) {
        return ((JsonNumber) requireNonNull(row.members().get(name))).decimal();
    }

    @Test
    void the_same_run_twice_gives_the_same_bytes() throws Exception {
        byte[] first = model("--lanes", "1", "--output_dir", "one");
        byte[] second = model("--lanes", "2", "--output_dir", "two");

        assertThat(first).isEqualTo(second);
    }

    @Test
    void csv_monitor_s_rates_lie_where_the_deepspeed_file_says() throws Exception {
        Files.writeString(
                folder.resolve("ds.json"),
                "{\"csv_monitor\": {\"enabled\": true, \"output_path\": \"logs/\","
                        + " \"job_name\": \"one\"}}");
        Path rates = Files.createDirectories(folder.resolve("logs/one")).resolve(RATES);
        Files.writeString(rates, "of an earlier run");

        try (TrainProcess train =
                start("--max_steps", "3", "--learning_rate", "0.1", "--deepspeed", "ds.json")) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
        }

        assertThat(Files.readString(rates))
                .isEqualTo(
                        "step,lr\r\n8,0.1\r\n16,0.06666666666666667\r\n24,0.03333333333333333\r\n");
        assertThat(rates.getParent()).isDirectoryNotContaining("glob:**/.shoal-*");
        assertThat(folder.resolve("out").resolve(RATES)).doesNotExist();
    }

    @Test
    void ctrl_c_ends_it_within_two_seconds_and_leaves_nothing() throws Exception {
        boolean interruptible = TrainProcess.interruptible();
        try (TrainProcess train = start("--max_steps", "100000", "--logging_steps", "1")) {
            train.awaitLine("'loss'");
            ProcessHandle worker = train.worker();
            Duration took = train.end(interruptible ? "INT" : "TERM");

            assertThat(train.exitCode()).isEqualTo(interruptible ? 130 : 143);
            assertThat(took).isLessThan(CTRL_C);
            assertThat(train.text()).endsWith("shoal: interrupted");
            assertEnded(worker);
            assertThat(train.leftovers()).isEmpty();
            assertThat(folder.resolve("out")).doesNotExist();
        }
    }

    @Test
    void a_killed_command_takes_its_worker_and_its_private_folder_along() throws Exception {
        try (TrainProcess train = start("--max_steps", "100000", "--logging_steps", "1")) {
            train.awaitLine("'loss'");
            ProcessHandle worker = train.worker();
            train.end("KILL");

            assertEnded(worker);
            assertThat(train.leftovers()).isEmpty();
        }
    }

    @Test
    void a_worker_that_dies_again_and_again_fails_the_run_and_the_command_says_so()
            throws Exception {
        try (TrainProcess train = start("--max_steps", "100000", "--logging_steps", "1")) {
            for (int life = 1; life <= 4; life++) {
                train.awaitLine("'loss'");
                ProcessHandle worker = train.worker();
                worker.destroyForcibly();
                worker.onExit().get(5, TimeUnit.SECONDS);
                if (life < 4) {
                    train.awaitLine("restarted from the first step");
                }
            }
            int code = train.awaitEnd();

            assertThat(code).as(train.text()).isEqualTo(1);
            assertThat(train.text()).contains("the worker process ended with code 137");
            assertThat(train.leftovers()).isEmpty();
            assertThat(folder.resolve("out")).doesNotExist();
        }
    }

    @Test
    void bad_input_ends_with_2_before_anything_is_written() throws Exception {
        Files.writeString(folder.resolve("t.tsv"), "0\t差\nx\t好\n");
        try (TrainProcess train = start("--max_steps", "4")) {
            int code = train.awaitEnd();

            assertThat(code).as(train.text()).isEqualTo(2);
            assertThat(train.text()).startsWith("shoal: t.tsv:2: ");
            assertThat(train.leftovers()).isEmpty();
            assertThat(folder.resolve("out")).doesNotExist();
        }
    }

    private byte[] model(String... flags) throws Exception {
        String[] all = new String[flags.length + 2];
        all[0] = "--max_steps";
        all[1] = "6";
        System.arraycopy(flags, 0, all, 2, flags.length);
        try (TrainProcess train = start(all)) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
        }
        return Files.readAllBytes(folder.resolve(flags[3]).resolve("model.safetensors"));
    }

    private TrainProcess start(String... flags) throws IOException {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        String[] common = {
            "--train_file", "t.tsv",
            "--eval_file", "e.tsv",
            "--pretrained_model_name_or_path", model,
            "--max_seq_length", "16",
            "--eval_strategy", "epoch",
            "--output_dir", "out",
            "--lanes", "1"
        };
        String[] all = new String[common.length + flags.length];
        System.arraycopy(common, 0, all, 0, common.length);
        System.arraycopy(flags, 0, all, common.length, flags.length);
        return TrainProcess.start(folder, all);
    }

    /** The worker is gone, or about to be: its end follows its parent's within a moment. */
    private static void assertEnded(ProcessHandle worker) throws Exception {
        try {
            worker.onExit().get(5, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the worker " + worker.pid() + " is still there", e);
        }
    }
}
