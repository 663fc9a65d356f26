package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.recipe.RecipeJson;
import shoal.recipe.UserException;
import shoal.recipe.key.Secrets;

/** A secret of the user stands in nothing that is shown, sent or kept. */
class SecretsTest {
    private static final String MARKER = "hf_MarkerOfASecret";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"hub_token\": \"hf_MarkerOfASecret\"",
                "\"push_to_hub_token\": \"hf_MarkerOfASecret\"",
                "\"hub_token\": 1, \"push_to_hub_token\": [\"hf_MarkerOfASecret\"]",
                "\"hub_token\": {\"a\": \"hf_MarkerOfASecret\"}",
                "\"hub_token\": hf_MarkerOfASecret",
                "\"wandb_api_key\": \"hf_MarkerOfASecret\"",
                "\"deepspeed\": {\"comet\": {\"enabled\": true, \"api_key\":"
                        + " \"hf_MarkerOfASecret\"}}",
                "\"deepspeed\": {\"comet\": {\"api_key\": 3, \"api_kee\":"
                        + " \"hf_MarkerOfASecret\"}}",
                "\"deepspeed\": {\"comet\": \"hf_MarkerOfASecret\"}",
                "\"deepspeed\": {\"wandb\": {\"api_key\": \"hf_MarkerOfASecret\"}}",
                "\"deepspeed\": {\"my_api_key\": \"hf_MarkerOfASecret\"}",
                "\"deepspeed\": {\"datastates_ckpt\": {\"secret\": \"hf_MarkerOfASecret\"}}",
                "\"deepspeed\": \"{\\\"comet\\\": {\\\"api_key\\\": \\\"hf_MarkerOfASecret\\\"}}\"",
                "\"deepspeed\": \"{\\\"comet\\\": {\\\"api_key\\\": \\\"hf_MarkerOfASecret\\\"\"",
                "\"parallelism_config\": {\"password\": \"hf_MarkerOfASecret\"}",
            })
    void a_secret_of_a_file_is_shown_nowhere(String members) {
        Typed typed = Typed.arguments(members, "\"learning_rate\": 1e-4");

        assertThat(outputs(typed)).doesNotContain(MARKER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--hub_token=hf_MarkerOfASecret",
                "--hub_token hf_MarkerOfASecret",
                "--hub_token hf_MarkerOfASecret twice",
                "--hub_token -hf_MarkerOfASecret",
                "--push_to_hub_token hf_MarkerOfASecret",
                "--hf_token hf_MarkerOfASecret",
                "--deepspeed {\"comet\":{\"api_key\":\"hf_MarkerOfASecret\"}}",
                "--deepspeed {\"comet\":{\"api_key\":\"hf_MarkerOfASecret\"}",
                "--deepspeed {\"comet\":{\"api_key\":hf_MarkerOfASecret}}",
            })
    void a_secret_of_a_flag_is_shown_nowhere(String words) {
        assertThat(outputs(Typed.words(words.split(" ")))).doesNotContain(MARKER);
    }

    @Test
    void a_secret_that_is_given_is_shown_as_stars_and_one_that_is_not_as_null() {
        assertThat(outputs(Typed.words("--hub_token", MARKER))).contains("hub_token=***");
        assertThat(outputs(Typed.words())).contains("hub_token=null");
    }

    @Test
    void names_that_only_sound_like_secrets_are_shown() {
        assertThat(
                        List.of(
                                "include_tokens_per_second",
                                "average_tokens_across_devices",
                                "hub_private_repo",
                                "comet.experiment_key",
                                "dataloader_pin_memory"))
                .noneMatch(Secrets::isSecret);
    }

    /** All that a command line leads to: the explanation, the recipe as sent, or the problems. */
    private static String outputs(Typed typed) {
        StringBuilder all = new StringBuilder();
        try {
            RunRequest request = typed.request();
            request.explanation().lines().forEach(line -> all.append(line).append("\n"));
            request.explanation()
                    .lines()
                    .forEach(
                            line ->
                                    all.append(line.name())
                                            .append("=")
                                            .append(line.value())
                                            .append("\n"));
            all.append(RecipeJson.write(request.recipe())).append(request.inputs());
        } catch (UserException problems) {
            all.append(problems.getMessage()).append(problems.problems());
        }
        return all.toString();
    }
}
