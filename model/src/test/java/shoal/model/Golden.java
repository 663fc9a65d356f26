package shoal.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The module's own small reference files, made by {@code golden/make.py} with HF's code. */
public final class Golden {
    private Golden() {}

    public static Path path(String name) {
        Path root = Path.of(System.getProperty("shoal.root", ".."));
        Path path = root.resolve("model/src/test/resources/golden").resolve(name);
        assertThat(path).exists();
        return path;
    }

    public static String text(String name) {
        try {
            return Files.readString(path(name));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public static List<String> lines(String name) {
        return text(name).lines().toList();
    }
}
