package shoal.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference data beside the project, where it is present. */
public final class Shared {
    private Shared() {}

    /** A golden file or folder; skips the test where it is absent. */
    public static Path golden(String name) {
        return file("golden/" + name);
    }

    public static Path file(String name) {
        Path root = Path.of(System.getProperty("shoal.root", ".."));
        Path path = root.resolve("../shared").resolve(name).normalize();
        assumeTrue(Files.exists(path), "reference data " + name + " is not beside the project");
        return path;
    }
}
