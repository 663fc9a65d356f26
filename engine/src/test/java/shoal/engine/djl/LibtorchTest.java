package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;

/** Which libtorch is loaded, and what becomes of those who wait for one that cannot be. */
final class LibtorchTest {
    private static final long SECONDS = 120;

    @TempDir Path folder;

    /** Asks for the probe twice, and for an engine; says what came of it. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            if (args.length > 0) {
                LibtorchFolder.open("--libtorch", args[0], Path.of("")).use();
            }
            for (int attempt = 0; attempt < 2; attempt++) {
                try {
                    System.out.println("hashes: " + DjlEngine.probe());
                } catch (UserException e) {
                    System.out.println("refused: " + e.getMessage());
                }
            }
        }
    }

    @Test
    void a_library_that_cannot_be_loaded_is_told_to_everyone_who_waits() throws Exception {
        Path torch = torch("2.7.1+cpu", "version.py", "__version__ = '2.7.1+cpu'\n");

        assertThat(run(Map.of(), torch.toString()))
                .hasSize(2)
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .contains("refused: libtorch " + torch)
                                        .contains("libtorch.so")
                                        .contains("--libtorch DIR"));
    }

    @Test
    void a_bundled_library_that_is_damaged_is_told_with_the_folder_to_remove() throws Exception {
        Path cache = folder.resolve("cache");
        Path unpacked = cache.resolve("pytorch/2.7.1-20250812-cpu-linux-x86_64");
        Files.createDirectories(unpacked);
        Files.writeString(unpacked.resolve("libtorch.so"), "cut short");

        assertThat(run(Map.of("DJL_CACHE_DIR", cache.toString())))
                .hasSize(2)
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .contains("refused: libtorch: cannot be loaded")
                                        .contains("remove that folder"));
    }

    @Test
    void an_installed_torch_gives_the_bits_of_the_bundled_one() throws Exception {
        Optional<Path> installed =
                LibtorchFolder.ofVirtualEnvironment(
                        Map.of("VIRTUAL_ENV", Path.of(root(), "bench", ".venv").toString()));
        org.junit.jupiter.api.Assumptions.assumeTrue(
                installed.isPresent(), "no torch in bench/.venv; bench/peer.sh installs it");

        assertThat(run(Map.of(), installed.orElseThrow().toString()))
                .hasSize(2)
                .isEqualTo(run(Map.of()));
    }

    @Test
    void a_folder_without_a_library_or_of_another_version_is_refused_before_it_is_loaded()
            throws IOException {
        Path other = torch("other", "version.py", "__version__ = '2.11.0+cu128'\n");
        Path silent = torch("silent", "readme", "");

        assertThatThrownBy(() -> LibtorchFolder.open("--libtorch", "nowhere", folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--libtorch nowhere: has no libtorch.so");
        assertThatThrownBy(() -> LibtorchFolder.open("SHOAL_LIBTORCH", other.toString(), folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("SHOAL_LIBTORCH " + other)
                .hasMessageContaining("is of torch 2.11.0+cu128")
                .hasMessageContaining("pip install torch==2.7.1");
        assertThatThrownBy(() -> LibtorchFolder.open("--libtorch", silent.toString(), folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("does not say its version");
    }

    @Test
    void a_flag_wins_over_the_variable_and_the_folder_above_will_do() throws IOException {
        Path pip = torch("pip", "version.py", "__version__ = '2.7.1+cu126'\ndebug = False\n");
        Path archive = torch("zip", "build-version", "2.7.1+cpu\n");
        Map<String, String> environment = Map.of("SHOAL_LIBTORCH", archive.toString());

        assertThat(LibtorchFolder.named(Optional.of("pip"), environment, folder))
                .contains(new LibtorchFolder(pip, "2.7.1", "cu126", "--libtorch"));
        assertThat(LibtorchFolder.named(Optional.empty(), environment, folder))
                .contains(new LibtorchFolder(archive, "2.7.1", "cpu", "SHOAL_LIBTORCH"));
        assertThat(LibtorchFolder.named(Optional.empty(), Map.of(), folder)).isEmpty();
    }

    private static String root() {
        return System.getProperty("shoal.root", ".");
    }

    /** A folder NAME/lib with a library that is none, and a file beside it. */
    private Path torch(String name, String versionFile, String text) throws IOException {
        Path lib = Files.createDirectories(folder.resolve(name).resolve("lib"));
        Files.writeString(lib.resolve("libtorch.so"), "cut short");
        Files.writeString(lib.resolveSibling(versionFile), text);
        return lib;
    }

    private static List<String> run(Map<String, String> environment, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Child.class.getName());
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process child = builder.start();
        try {
            assertThat(child.waitFor(SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
            String text = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> line.matches("(refused|hashes): .*")).toList();
        } finally {
            child.destroyForcibly();
        }
    }
}
