package shoal.testkit.golden;

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

/** A folder of reference results: the project's own, or the one beside the project. */
public record GoldenFolder(Path path) {
    private static final Path ROOT = Path.of(System.getProperty("shoal.root", "."));

    public static GoldenFolder own() {
        return new GoldenFolder(ROOT.resolve("testkit/src/test/resources/golden"));
    }

    /** May be absent. */
    public static GoldenFolder besideTheProject() {
        return new GoldenFolder(ROOT.resolve("../shared/golden").normalize());
    }

    public boolean isThere() {
        return Files.isDirectory(path);
    }

    public Path file(String name) {
        return path.resolve(name);
    }

    JsonObject json(String name) {
        try {
            return JsonReader.readObject(Files.readAllBytes(file(name)), name);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public List<GoldenCurve> curves() {
        try (Stream<Path> files = Files.list(file("curves"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .map(this::curve)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    public GoldenCurve curve(String name) {
        return new GoldenCurve(this, name, json("curves/" + name));
    }

    static List<JsonValue> array(JsonObject of, String name) {
        return ((JsonArray) of.member(name).orElseThrow()).values();
    }

    static int[] integers(JsonValue array) {
        return ((JsonArray) array)
                .values().stream().mapToInt(value -> (int) number(value)).toArray();
    }

    public static double number(JsonValue value) {
        return Double.parseDouble(((JsonNumber) value).literal());
    }

    public static double number(JsonObject of, String name) {
        return number(of.member(name).orElseThrow());
    }

    static String text(JsonObject of, String name, String otherwise) {
        return of.member(name).map(value -> ((JsonText) value).text()).orElse(otherwise);
    }
}
