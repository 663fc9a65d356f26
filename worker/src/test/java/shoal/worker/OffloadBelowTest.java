package shoal.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;
import shoal.recipe.ZeroRecipe;

/** Where a run that was submitted may write on a worker's machine. */
final class OffloadBelowTest {
    @TempDir Path folder;

    @Test
    void only_folders_below_the_operators_are_taken() throws IOException {
        Path allowed = folder.resolve("allowed");
        Files.createDirectories(allowed.resolve("deep"));
        Files.createDirectories(folder.resolve("allowed-not"));
        Files.createSymbolicLink(allowed.resolve("out"), folder);
        Files.createSymbolicLink(folder.resolve("into"), allowed);
        List<String> taken = new ArrayList<>();
        for (String path :
                List.of(
                        "allowed",
                        "allowed/deep",
                        "allowed/nowhere",
                        "into/deep",
                        "allowed/deep/..",
                        "allowed-not",
                        "allowed/..",
                        "allowed/../allowed-not",
                        "allowed/out",
                        "allowed/out/allowed-not",
                        "allowed/out/nowhere",
                        ".")) {
            try {
                OffloadBelow.require(allowed, moments(folder.resolve(path)));
                taken.add(path);
            } catch (UserException refused) {
                assertThat(refused)
                        .hasMessageStartingWith("zero_optimization.offload_optimizer.nvme_path: is")
                        .hasMessageContaining("below " + allowed + " only")
                        .hasMessageContaining("--offload-dir");
            }
        }

        assertThat(taken)
                .containsExactly(
                        "allowed",
                        "allowed/deep",
                        "allowed/nowhere",
                        "into/deep",
                        "allowed/deep/..");
    }

    @Test
    void both_folders_are_told_at_once_and_a_root_allows_all() {
        ZeroRecipe both =
                new ZeroRecipe(
                        3, ZeroRecipe.Offload.NVME, ZeroRecipe.Offload.NVME, false, "/a", "/b");

        assertThatThrownBy(() -> OffloadBelow.require(folder, both))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("offload_optimizer.nvme_path: is /a")
                .hasMessageContaining("offload_param.nvme_path: is /b");
        OffloadBelow.require(Path.of("/"), both);
        OffloadBelow.require(folder, ZeroRecipe.none());
    }

    private static ZeroRecipe moments(Path path) {
        return new ZeroRecipe(
                2, ZeroRecipe.Offload.NVME, ZeroRecipe.Offload.DEVICE, false, path.toString(), "");
    }
}
