package shoal.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.cli.client.Events;
import shoal.cli.client.FakeCoordinator;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;

final class SubmitCommandTest {
    @TempDir private Path folder;
    private FakeCoordinator coordinator;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        coordinator = new FakeCoordinator();
        shell = new Shell(folder).at(coordinator, folder.resolve("token"));
        Files.writeString(folder.resolve("训练.tsv"), "0\t差\n1\t好\n1\t不错\n");
        Files.writeString(folder.resolve("dev.tsv"), "1\t好\n");
    }

    @AfterEach
    void stop() {
        coordinator.close();
    }

    @Test
    void a_script_gets_the_name_and_nothing_else() {
        Shell.Answer answer = submit("-o", "name", "--no-wait", "--output_dir", "out");

        assertThat(answer.code()).isZero();
        assertThat(answer.out()).isEqualTo("run/brave-cod\n");
        assertThat(answer.err()).contains("model: ", "R=1 from --workers 1");
    }

    @Test
    void the_run_that_is_sent_is_complete() {
        submit("--no-wait", "--output_dir", "out", "--name", "a1", "--learning-rate=0.25");

        SubmitRequest sent = coordinator.submitted.get(0);
        Recipe recipe = RecipeJson.read(sent.getRecipeJson());
        assertThat(sent.getName()).isEqualTo("a1");
        assertThat(recipe.labels()).isEqualTo(2);
        assertThat(recipe.optimizer().learningRate()).isEqualTo(0.25);
        assertThat(recipe.outputDirectory()).isEqualTo("out");
        assertThat(sent.getArtefactsList())
                .extracting(Artefact::getName)
                .contains("train.tsv", "eval.tsv", "config.json", "model.safetensors", "vocab.txt");
        assertThat(coordinator.stored.values()).contains("0\t差\n1\t好\n1\t不错\n".getBytes(UTF_8));
    }

    @Test
    void says_what_a_step_reads_and_how_many_workers_can_join() {
        String[] range = {"--workers", "2:3", "--ranks", "4", "--worker_wait", "60"};
        String[] flags = {"--no-wait", "--output_dir", "out", "--per_device_train_batch_size", "2"};

        Shell.Answer answer =
                submit(Stream.concat(Stream.of(flags), Stream.of(range)).toArray(String[]::new));

        assertThat(answer.out() + answer.err())
                .contains(
                        "global batch: 8 rows; up to 3 workers can join, and it starts with 2"
                                + " (--workers 4 would take one for each rank); waits 60 s for 2"
                                + " workers");
        assertThat(coordinator.submitted.get(0).getDemand().getLeastWorkers()).isEqualTo(2);
        assertThat(coordinator.submitted.get(0).getDemand().getMostWorkers()).isEqualTo(3);
    }

    @Test
    void a_run_is_followed_to_its_end() {
        coordinator.plays(
                Events.row(1, "loss", 0.5), Events.status(2, RunStatus.CANCELLED, "enough"));

        Shell.Answer answer = submit("--output_dir", "out");

        assertThat(answer.code()).isEqualTo(3);
        assertThat(answer.out())
                .contains("3 rows of 训练.tsv, evaluation on 1 rows of dev.tsv")
                .contains("submitted run brave-cod to " + coordinator.address())
                .contains("{'loss': 0.5}");
    }

    @Test
    void an_output_folder_outside_the_runs_own_is_refused_before_anything_is_sent() {
        for (String place : List.of("/tmp/out", "../out", "a/../../b", "a/..")) {
            Shell.Answer answer = submit("--output_dir", place);

            assertThat(answer.code()).as(place).isEqualTo(2);
            assertThat(answer.err()).contains("output_dir: is '" + place + "'", "without '..'");
        }
        assertThat(coordinator.stored).isEmpty();
    }

    @Test
    void a_model_without_a_tokenizer_is_refused_before_anything_is_sent() throws IOException {
        Path model = Files.createDirectory(folder.resolve("bare"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Shell.root().resolve("data/model").resolve(file), model.resolve(file));
        }

        Shell.Answer answer =
                shell.type(
                        "submit",
                        "--train_file",
                        "训练.tsv",
                        "--pretrained_model_name_or_path",
                        "bare",
                        "--output_dir",
                        "out");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("bare", "vocab.txt");
        assertThat(coordinator.stored).isEmpty();
    }

    @Test
    void a_model_without_a_padding_token_trains_one_row_at_a_time_as_at_hf() throws IOException {
        Path model = Files.createDirectory(folder.resolve("unpadded"));
        for (String file : List.of("config.json", "model.safetensors", "vocab.txt")) {
            Files.copy(Shell.root().resolve("data/model").resolve(file), model.resolve(file));
        }
        Path config = model.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"pad_token_id\": 0", "\"pad_token_id\": null"));
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"pad_token\": \"<none>\"}");

        Shell.Answer several = unpadded("--per_device_train_batch_size", "2");
        Shell.Answer one = unpadded("--per_device_train_batch_size", "1", "--no-wait");

        assertThat(several.code()).isEqualTo(2);
        assertThat(several.err())
                .startsWith(
                        "shoal: unpadded/config.json: has no pad_token_id, and the tokenizer has no"
                                + " padding token to take it from. HF's classifier cannot batch rows"
                                + " without one.");
        assertThat(one.code()).isZero();
    }

    private Shell.Answer unpadded(String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "submit",
                                "--train_file",
                                "训练.tsv",
                                "--pretrained_model_name_or_path",
                                "unpadded",
                                "--output_dir",
                                "out"));
        words.addAll(List.of(more));
        return shell.type(words.toArray(String[]::new));
    }

    @Test
    void all_problems_of_data_and_model_come_at_once() {
        Shell.Answer answer =
                shell.type(
                        "submit",
                        "--train_file",
                        "nowhere.tsv",
                        "--eval_file",
                        "gone.tsv",
                        "--pretrained_model_name_or_path",
                        "nomodel",
                        "--output_dir",
                        "out");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("nowhere.tsv", "gone.tsv", "nomodel");
        assertThat(answer.err().lines()).hasSize(3);
    }

    @Test
    void a_token_of_too_small_a_scope_ends_with_4() {
        coordinator.refuses(
                Status.PERMISSION_DENIED.withDescription("a token of scope view may not"));

        Shell.Answer answer = submit("--output_dir", "out");

        assertThat(answer.code()).isEqualTo(4);
        assertThat(answer.err()).contains("refused the token from SHOAL_TOKEN_FILE", "scope view");
    }

    @Test
    void a_model_named_as_on_the_hub_is_found_in_the_cache() throws IOException {
        Path sample = Shell.root().resolve("data/model");
        for (Map.Entry<String, String> place :
                Map.of("HF_HUB_CACHE", "a", "HF_HOME", "b").entrySet()) {
            Path at = folder.resolve(place.getValue());
            ModelCache.holding(
                    place.getKey().equals("HF_HOME") ? at.resolve("hub") : at, "ann/small", sample);
            Shell.Answer answer =
                    new Shell(folder)
                            .at(coordinator, folder.resolve("token"))
                            .with(place.getKey(), at.toString())
                            .type(
                                    "submit",
                                    "--no-wait",
                                    "--train_file",
                                    "训练.tsv",
                                    "--pretrained_model_name_or_path",
                                    "ann/small",
                                    "--output_dir",
                                    "out");

            assertThat(answer.code()).as(place.getKey()).isZero();
            assertThat(answer.out()).contains("model: ann/small");
        }
        assertThat(coordinator.submitted.get(0).getArtefactsList())
                .extracting(Artefact::getName)
                .contains("config.json", "model.safetensors", "vocab.txt");
    }

    @Test
    void a_model_that_is_nowhere_is_refused_with_the_folders_searched() {
        Path cache = folder.resolve("hub");

        Shell.Answer answer =
                shell.with("HF_HUB_CACHE", cache.toString())
                        .type(
                                "submit",
                                "--train_file",
                                "训练.tsv",
                                "--pretrained_model_name_or_path",
                                "ann/small",
                                "--output_dir",
                                "out");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .isEqualTo(
                        "shoal: --pretrained_model_name_or_path: ann/small is neither a folder nor"
                                + " a model in HF's cache. Searched: "
                                + folder.resolve("ann/small")
                                + ", "
                                + cache.resolve("models--ann--small")
                                + ". Nothing is downloaded: fetch it with \"hf download"
                                + " ann/small\", or give the path of a folder that has"
                                + " config.json.\n");
    }

    @Test
    void rows_longer_than_the_models_positions_are_refused() {
        Shell.Answer answer = submit("--output_dir", "out", "--max_seq_length", "100000");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err())
                .contains("--max_seq_length: is 100000, but ", "config.json has n_positions");
    }

    @Test
    void a_label_beyond_the_trained_head_is_named_with_its_line() throws IOException {
        Files.writeString(folder.resolve("训练.tsv"), "0\t差\n7\t好\n");

        Shell.Answer answer = submit("--output_dir", "out");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("训练.tsv:2: The label is 7");
        assertThat(coordinator.stored).isEmpty();
    }

    @Test
    void an_unknown_flag_is_refused_with_the_nearest_name() {
        Shell.Answer answer = submit("--output_dir", "out", "--learning_rat", "1");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.err()).contains("--learning_rat", "learning_rate");
    }

    private Shell.Answer submit(String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "submit",
                                "--train_file",
                                "训练.tsv",
                                "--eval_file",
                                "dev.tsv",
                                "--pretrained_model_name_or_path",
                                Shell.root().resolve("data/model").toString()));
        words.addAll(List.of(more));
        return shell.type(words.toArray(String[]::new));
    }
}
