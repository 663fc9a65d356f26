package shoal.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import shoal.recipe.UserException;

/** Whether results can be written to a folder, asked before an hour of training. */
final class OutputFolderCheck {
    private OutputFolderCheck() {}

    /**
     * Writes nothing.
     *
     * @param typed the folder as the user wrote it
     */
    static void require(Path folder, String typed, String flag) {
        if (typed.isBlank()) {
            throw new UserException(flag, "is empty; name a folder");
        }
        Path there = folder.toAbsolutePath().normalize();
        Path nearest = there;
        while (nearest != null && !Files.exists(nearest)) {
            nearest = nearest.getParent();
        }
        if (nearest == null || !Files.isDirectory(nearest)) {
            throw new UserException(
                    flag, "is '" + typed + "', but " + nearest + " is a file; name a folder");
        }
        if (!Files.isWritable(nearest)) {
            throw new UserException(
                    flag,
                    "is '"
                            + typed
                            + "', but "
                            + nearest
                            + " is not writable for this user; name another folder or change its"
                            + " permissions");
        }
        // The result is staged beside its folder and renamed.
        Path parent = there.getParent();
        if (parent != null && Files.exists(parent) && !Files.isWritable(parent)) {
            throw new UserException(
                    flag,
                    "is '"
                            + typed
                            + "', but "
                            + parent
                            + ", where it is staged, is not writable for this user");
        }
    }
}
