package shoal.recipe.request;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;

/**
 * What a user gave.
 *
 * @param words the words of the command line behind its verb, as typed
 * @param files reads the files that the words name
 */
public record RecipeSources(List<String> words, FileSource files) {
    public RecipeSources {
        words = List.copyOf(words);
        requireNonNull(files, "files");
    }

    /** Reads a whole file, relative to the working directory. */
    @FunctionalInterface
    public interface FileSource {
        /** The bytes of a file; NoSuchFileException and AccessDeniedException are told apart. */
        byte[] read(String path) throws IOException;
    }
}
