package shoal.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shoal.recipe.UserException;

/**
 * A small text in place of a file, as a repository holds it before {@code git lfs pull} (Git LFS
 * specification, docs/spec.md): lines "version", "oid", "size".
 *
 * @param sizeBytes of the file that it stands for
 */
public record LfsPointer(long sizeBytes) {
    /** Pointers are smaller (docs/spec.md). */
    private static final int MOST_BYTES = 1_024;

    private static final String START = "version https://git-lfs.github.com/spec/";
    private static final Pattern SIZE = Pattern.compile("\nsize ([0-9]{1,18})\r?\n");

    /** The pointer that a file is, if it is one; a file that cannot be read is none. */
    public static Optional<LfsPointer> in(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) >= MOST_BYTES) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(MOST_BYTES);
                return in(new String(bytes, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException unreadable) {
            return Optional.empty(); // whoever opens the file says why
        }
    }

    private static Optional<LfsPointer> in(String text) {
        Matcher size = SIZE.matcher(text);
        return text.startsWith(START) && size.find()
                ? Optional.of(new LfsPointer(Long.parseLong(size.group(1))))
                : Optional.empty();
    }

    /** What to say of the file. */
    public String problem() {
        return "is a Git LFS pointer, in place of a file of "
                + sizeBytes
                + " bytes that was not fetched. Run `git lfs pull` in its repository.";
    }

    /**
     * Refuses a file that is a pointer.
     *
     * @param shownName the file as the user wrote it
     * @throws UserException saying so
     */
    public static void refuse(Path file, String shownName) {
        in(file).ifPresent(
                        pointer -> {
                            throw new UserException(shownName, pointer.problem());
                        });
    }
}
