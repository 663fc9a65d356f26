package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.ListRequest;
import shoal.proto.v1.SubmitRequest;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.wire.HostPort;
import shoal.wire.Scope;

/** One call with a token of scope submit never costs the coordinator more than an answer. */
final class HostileRequestsTest {
    @TempDir Path folder;
    private Coordinator coordinator;
    private TestClient client;

    @BeforeEach
    void start() {
        coordinator =
                Coordinator.start(
                        new CoordinatorSettings(
                                folder.resolve("data"),
                                new HostPort("127.0.0.1", 0),
                                Optional.empty()));
        client = TestClient.of(coordinator, Scope.SUBMIT);
    }

    @AfterEach
    void stop() {
        client.close();
        coordinator.close();
    }

    @Test
    void two_hundred_thousand_notices_are_refused() throws IOException {
        String notices = String.join(",", Collections.nCopies(60_000, "\"x\""));
        String json =
                RecipeJson.write(TestRecipes.of(1, 1, 0))
                        .replace("\"notices\":[]", "\"notices\":[" + notices + "]");

        assertThatThrownBy(() -> client.runs().submit(request().setRecipeJson(json).build()))
                .hasMessageContaining("notices has 60000 elements, expected at most 500");
        assertThatThrownBy(
                        () ->
                                client.runs()
                                        .submit(
                                                request()
                                                        .setRecipeJson(json + " ".repeat(200_000))
                                                        .build()))
                .hasMessageContaining("bytes, expected at most 262144");
        stillServes();
    }

    @Test
    void a_metric_that_is_none_is_refused_in_the_words_of_the_recipe() throws IOException {
        String json =
                RecipeJson.write(TestRecipes.of(1, 1, 0))
                        .replace("\"metric\":\"\"", "\"metric\":\"any text\"");

        assertThatThrownBy(() -> client.runs().submit(request().setRecipeJson(json).build()))
                .hasMessageContaining(
                        "metric is \"any text\", expected one of loss, accuracy, precision,"
                                + " recall, f1, or nothing");
        stillServes();
    }

    @Test
    void a_request_of_empty_parts_is_refused_before_it_is_read() {
        List<Artefact> many = Collections.nCopies(300_000, Artefact.getDefaultInstance());
        SubmitRequest hostile = SubmitRequest.newBuilder().addAllArtefacts(many).build();

        assertThatThrownBy(() -> client.runs().submit(hostile))
                .hasMessage(
                        "INVALID_ARGUMENT: the SubmitRequest has more than 150064 fields, all that"
                                + " its size allows");
        stillServes();
    }

    @Test
    void a_configuration_of_megabytes_is_refused_before_anything_is_stored() throws IOException {
        Path model = TinyModel.write(folder.resolve("model"));
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(model.resolve("config.json"), config + " ".repeat(2 << 20));
        SubmitRequest request = client.request("r", TestRecipes.of(1, 1, 0), model).build();

        assertThatThrownBy(() -> client.runs().submit(request))
                .hasMessageContaining("config.json")
                .hasMessageContaining("bytes, expected at most 1048576");
        stillServes();
    }

    @Test
    void more_rows_of_an_evaluation_batch_than_an_int_holds_are_trained() throws IOException {
        Recipe recipe = TestRecipes.ofTwoRanks();
        String json =
                RecipeJson.write(recipe)
                        .replace(
                                "\"evaluation_rows_per_device\":4",
                                "\"evaluation_rows_per_device\":2000000000");

        assertThat(client.runs().submit(request().setRecipeJson(json).build()).getName())
                .isEqualTo("r");
        stillServes();
    }

    private SubmitRequest.Builder request() throws IOException {
        return client.request(
                "r", TestRecipes.of(1, 1, 0), TinyModel.write(folder.resolve("model")));
    }

    private void stillServes() {
        assertThat(client.runs().list(ListRequest.getDefaultInstance())).isNotNull();
        assertThat(
                        client.runs()
                                .describe(shoal.proto.v1.DescribeRequest.getDefaultInstance())
                                .getRemarksList())
                .isEmpty();
    }
}
