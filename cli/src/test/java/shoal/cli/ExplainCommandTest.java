package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExplainCommandTest {
    @TempDir private Path folder;
    private Shell shell;

    @BeforeEach
    void lay() throws IOException {
        shell = new Shell(folder);
        Files.writeString(
                folder.resolve("a.json"),
                """
                {"output_dir": "out",
                 "learning_rate": 3e-4,
                 "dataloader_num_workers": 2}
                """);
        Files.writeString(
                folder.resolve("ds.json"),
                """
                {"train_batch_size": "auto",
                 "zero_optimization": {"stage": 2}}
                """);
    }

    @Test
    void what_was_given_comes_first_with_its_origin_and_what_is_done_with_it() {
        Shell.Answer answer = explain("--deepspeed", "ds.json");

        assertThat(answer.code()).isZero();
        assertThat(answer.err()).isEmpty();
        assertThat(answer.out())
                .startsWith(
                        """
                        # Shoal: given

                        train_args_file                a.json    --train_args_file
                            elsewhere: an argument of the training script, not of HF
                            Shoal: a JSON file of training arguments; flags win over it
                        train_file                     gone.tsv  --train_file
                            elsewhere: an argument of the training script, not of HF
                            Shoal: rows to train on: label, tab, text
                        """);
        assertThat(answer.out())
                .contains(
                        """

                        # HF: given

                        learning_rate           3e-4     a.json:2
                            HF: the peak learning rate
                            Shoal: the same
                        """)
                .contains(
                        """

                        # DeepSpeed: given

                        train_batch_size         8  ds.json:1, "auto" filled from \
                        per_device_train_batch_size x gradient_accumulation_steps x ranks
                            DeepSpeed: rows of a step over all devices
                            Shoal: must be rows per device x accumulation x ranks; "auto" is that
                        zero_optimization.stage  2  ds.json:2
                            DeepSpeed: what is sharded: nothing, moments, gradients too, \
                        parameters too
                            Shoal: the same

                        # Shoal: not given

                        """)
                .containsPattern("\nranks +1 +default, from workers\n")
                .containsPattern(
                        "\ndataloader_num_workers +2 +a.json:3\n.*\n    Shoal: no effect: ")
                .containsPattern(
                        "\nfp16 +false +default\n.*\n    Shoal: other values are refused: ");
    }

    @Test
    void a_script_gets_every_key_as_json() {
        Shell.Answer answer = explain("-o", "json");

        assertThat(answer.code()).isZero();
        assertThat(answer.out())
                .startsWith("[\n")
                .contains(
                        """
                        {
                          "dialect": "HF",
                          "name": "learning_rate",
                          "value": "3e-4",
                          "origin": "a.json:2",
                          "given": true,
                          "verdict": "honoured",
                          "upstream": "the peak learning rate",
                          "here": "the same"
                        },
                        """
                                .indent(2));
    }

    @Test
    void all_problems_come_at_once() {
        Shell.Answer answer = explain("--learning_rat", "1", "--fp16", "--deepspeed", "none.json");

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("did you mean learning_rate?"))
                .anyMatch(line -> line.startsWith("shoal: --fp16: is true."))
                .anyMatch(line -> line.contains("there is no file none.json"));
    }

    @Test
    void without_files_the_sample_is_explained() {
        Shell.Answer answer = shell.withHome(Shell.root()).type("explain", "--seed", "7");

        assertThat(answer.code()).isZero();
        assertThat(answer.out()).containsPattern("\nseed +7 +--seed\n");
    }

    /** Neither the data nor the model is there. */
    private Shell.Answer explain(String... more) {
        String[] words = {
            "explain",
            "--train_args_file",
            "a.json",
            "--train_file",
            "gone.tsv",
            "--pretrained_model_name_or_path",
            "gone"
        };
        String[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return shell.type(all);
    }
}
