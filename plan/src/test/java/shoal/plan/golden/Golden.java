package shoal.plan.golden;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Reads reference results from the folder beside the project, where it is there. */
final class Golden {
    private Golden() {}

    /** The file as JSON; the test is skipped where it is absent. */
    static JsonObject read(String name) {
        Path file = folder().resolve(name);
        assumeTrue(Files.exists(file), "skipped: no reference results at ../shared/golden/" + name);
        try {
            return JsonReader.readObject(Files.readAllBytes(file), name);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Paths of all reference curves relative to the folder; none where it is absent. */
    static List<String> curves() {
        Path curves = folder().resolve("curves");
        if (!Files.isDirectory(curves)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(curves)) {
            return files.map(file -> "curves/" + file.getFileName()).sorted().toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static JsonObject object(JsonObject of, String name) {
        return (JsonObject) of.member(name).orElseThrow();
    }

    static List<JsonValue> array(JsonObject of, String name) {
        return ((JsonArray) of.member(name).orElseThrow()).values();
    }

    static int[] integers(JsonValue array) {
        return ((JsonArray) array)
                .values().stream().mapToInt(value -> (int) number(value)).toArray();
    }

    static double number(JsonObject of, String name, double otherwise) {
        return of.member(name).map(Golden::number).orElse(otherwise);
    }

    static int integer(JsonObject of, String name, int otherwise) {
        return (int) number(of, name, otherwise);
    }

    static String text(JsonObject of, String name, String otherwise) {
        return of.member(name).map(value -> ((JsonText) value).text()).orElse(otherwise);
    }

    static double number(JsonValue value) {
        return Double.parseDouble(((JsonNumber) value).literal());
    }

    private static Path folder() {
        return Path.of(System.getProperty("shoal.root", "."), "..", "shared", "golden");
    }
}
