package shoal.recipe.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.recipe.Problem;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;

/** A command line with files that exist only in the test. */
final class Typed {
    private static final List<String> REQUIRED =
            List.of("--train_file", "train.tsv", "--pretrained_model_name_or_path", "model");

    private final List<String> words = new ArrayList<>(REQUIRED);
    private final Map<String, String> files = new LinkedHashMap<>();

    private Typed() {}

    /** A command line with what every run needs, and these words. */
    static Typed words(String... more) {
        Typed typed = new Typed();
        typed.words.addAll(List.of(more));
        return typed;
    }

    /** As {@link #words}, with a train_args_file of these lines inside braces. */
    static Typed arguments(String... lines) {
        return words("--train_args_file", "args.json").file("args.json", lines);
    }

    /** Adds a file whose lines stand between a line with a brace and another. */
    Typed file(String path, String... lines) {
        files.put(path, "{\n" + String.join(",\n", lines) + "\n}\n");
        return this;
    }

    /** Adds words. */
    Typed and(String... more) {
        words.addAll(List.of(more));
        return this;
    }

    RunRequest request() {
        return RecipeReader.read(new RecipeSources(words, this::read));
    }

    Recipe recipe() {
        return request().recipe();
    }

    /** The problems of a command line that is refused. */
    List<String> problems() {
        try {
            request();
        } catch (UserException expected) {
            return expected.problems().stream().map(Problem::toString).toList();
        }
        throw new AssertionError("nothing was refused: " + words);
    }

    private byte[] read(String path) throws NoSuchFileException {
        String text = files.get(path);
        if (text == null) {
            throw new NoSuchFileException(path);
        }
        return text.getBytes(UTF_8);
    }
}
