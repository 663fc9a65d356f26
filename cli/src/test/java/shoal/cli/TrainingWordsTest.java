package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.recipe.UserException;

final class TrainingWordsTest {
    private static final Path HOME = Path.of("/home/ann/shoal");

    @Test
    void without_files_the_sample_is_trained_and_typed_flags_win() {
        assertThat(TrainingWords.orSample(List.of("--seed", "7"), Optional.of(HOME), HOME))
                .containsExactly(
                        "--train_args_file",
                        "config/sample_args.json",
                        "--train_file",
                        "data/train.tsv",
                        "--eval_file",
                        "data/dev.tsv",
                        "--pretrained_model_name_or_path",
                        "data/model",
                        "--seed",
                        "7");
    }

    @Test
    void from_elsewhere_the_sample_is_named_by_its_whole_path() {
        assertThat(TrainingWords.orSample(List.of(), Optional.of(HOME), Path.of("/tmp")))
                .contains("/home/ann/shoal/data/train.tsv");
    }

    @Test
    void files_of_ones_own_leave_no_sample_setting_behind() {
        for (List<String> typed :
                List.of(
                        List.of("--train_file", "t.tsv"),
                        List.of("--train-file=t.tsv"),
                        List.of("--seed", "7", "--train_args_file", "a.json"))) {
            assertThat(TrainingWords.orSample(typed, Optional.of(HOME), HOME)).isEqualTo(typed);
        }
    }

    @Test
    void a_word_of_no_flag_does_not_join_the_samples_last_flag() {
        assertThat(TrainingWords.orSample(List.of("foo"), Optional.of(HOME), HOME))
                .containsExactly("foo");
    }

    @Test
    void a_model_or_evaluation_file_of_ones_own_replaces_the_samples() {
        assertThat(
                        TrainingWords.orSample(
                                List.of("--pretrained_model_name_or_path", "mine"),
                                Optional.of(HOME),
                                HOME))
                .containsOnlyOnce("--pretrained_model_name_or_path")
                .doesNotContain("data/model");
    }

    @Test
    void without_the_project_folder_a_train_file_is_asked_for() {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> TrainingWords.orSample(List.of(), Optional.empty(), HOME))
                .withMessageContaining("--train_file: is missing");
    }
}
