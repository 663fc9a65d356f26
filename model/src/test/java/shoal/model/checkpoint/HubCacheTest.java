package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Refused;

class HubCacheTest {
    @TempDir Path home;

    @Test
    void a_folder_is_taken_as_it_is() throws IOException {
        Path folder = Files.createDirectory(home.resolve("gpt2"));

        assertThat(new HubCache(Map.of(), home).find("gpt2", folder, "--model")).isEqualTo(folder);
    }

    @Test
    void a_name_is_found_in_the_place_that_the_environment_gives() throws IOException {
        Path inHome = snapshot(home.resolve(".cache/huggingface/hub"));
        Path inXdg = snapshot(home.resolve("xdg/huggingface/hub"));
        Path inHfHome = snapshot(home.resolve("hf/hub"));
        Path inHubCache = snapshot(home.resolve("cache"));

        assertThat(find(Map.of())).isEqualTo(inHome);
        assertThat(find(Map.of("XDG_CACHE_HOME", home + "/xdg"))).isEqualTo(inXdg);
        assertThat(find(Map.of("HF_HOME", "~/hf"))).isEqualTo(inHfHome);
        assertThat(find(Map.of("HF_HOME", "~/hf", "HF_HUB_CACHE", home + "/cache")))
                .isEqualTo(inHubCache);
        assertThat(find(Map.of("TRANSFORMERS_CACHE", home + "/cache"))).isEqualTo(inHubCache);
    }

    private Path find(Map<String, String> environment) {
        return new HubCache(environment, home)
                .find("owner/m.1", home.resolve("owner/m.1"), "--model");
    }

    private static Path snapshot(Path cache) throws IOException {
        Path model = cache.resolve("models--owner--m.1");
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), "0a1b2c");
        return Files.createDirectories(model.resolve("snapshots/0a1b2c"));
    }

    @Test
    void a_name_that_is_not_there_is_refused_with_the_folders_searched() {
        assertThat(Refused.by(() -> find(Map.of())))
                .containsExactly(
                        "--model: owner/m.1 is neither a folder nor a model"
                                + " in HF's cache. Searched: "
                                + home.resolve("owner/m.1")
                                + ", "
                                + home.resolve(".cache/huggingface/hub/models--owner--m.1")
                                + ". Nothing is downloaded: fetch it with \"hf download"
                                + " owner/m.1\", or give the path of a folder that has"
                                + " config.json.");
    }

    @Test
    void a_name_or_revision_never_leaves_the_cache() throws IOException {
        HubCache cache = new HubCache(Map.of(), home);
        for (String bad : List.of("../x", "a/b/c", "/etc", "a/..", "")) {
            assertThat(Refused.by(() -> cache.find(bad, home.resolve("none"), "--model")))
                    .singleElement()
                    .asString()
                    .doesNotContain("models--");
        }
        snapshot(home.resolve(".cache/huggingface/hub"));
        Files.writeString(
                home.resolve(".cache/huggingface/hub/models--owner--m.1/refs/main"), "../../..");
        assertThat(Refused.by(() -> find(Map.of()))).hasSize(1);
    }
}
