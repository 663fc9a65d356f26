package shoal.testkit.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The project's own files, found from the root that the build passes in. */
final class SourceTree {
    private static final List<String> MODULES =
            List.of(
                    "recipe",
                    "model",
                    "plan",
                    "proto",
                    "engine",
                    "classifier",
                    "coordinator",
                    "worker",
                    "cli",
                    "testkit");

    private SourceTree() {}

    static Path root() {
        return Path.of(System.getProperty("shoal.root", ".."));
    }

    /** All .java files of all modules, main and test. */
    static List<Path> javaFiles() {
        return MODULES.stream()
                .flatMap(module -> walk(root().resolve(module).resolve("src")))
                .filter(file -> file.toString().endsWith(".java"))
                .sorted()
                .toList();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path as a reader knows it: relative to the root. */
    static String shown(Path file) {
        return root().toAbsolutePath()
                .normalize()
                .relativize(file.toAbsolutePath().normalize())
                .toString();
    }

    private static Stream<Path> walk(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
