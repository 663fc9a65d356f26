package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of folders on their way to or from a place, beside it: {@code .TARGET.staging-OWNER-RANDOM}
 * is not complete yet, or is being removed; {@code .TARGET.replaced-OWNER-RANDOM} is a complete
 * folder that makes room for a new one. OWNER is the {@link OwnerProcess} that made it, which tells
 * those of living processes from leftovers.
 */
final class StagingName {
    private static final Pattern FORM =
            Pattern.compile("\\.(.+)\\.(staging|replaced)-([0-9]{1,18}-[0-9]{1,18})-.*");

    private final Path target;

    private StagingName(Path target) {
        this.target = target;
    }

    static StagingName of(Path target) {
        return new StagingName(target);
    }

    /** Removes leftovers of dead processes for this target, and makes a staging folder. */
    Path stage(Disk disk) throws IOException {
        for (Path sibling : Disk.list(parent())) {
            Optional<Leftover> leftover = Leftover.of(sibling);
            if (leftover.isPresent() && leftover.get().target().equals(target)) {
                leftover.get().clear(disk);
            }
        }
        return create("staging");
    }

    /** An empty folder to move this target's present folder to. */
    Path replaced() throws IOException {
        return create("replaced");
    }

    /** An empty folder to move this target to before it is removed. */
    Path removed() throws IOException {
        return create("staging");
    }

    private Path parent() {
        return target.resolveSibling(".").normalize();
    }

    private Path create(String kind) throws IOException {
        String prefix = "." + target.getFileName() + "." + kind + "-";
        return Files.createTempDirectory(parent(), prefix + OwnerProcess.self().text() + "-");
    }

    /**
     * A folder that a dead process left.
     *
     * @param folder where it is
     * @param target whose it was to become, or was
     * @param replaced whether it was complete
     */
    record Leftover(Path folder, Path target, boolean replaced) {
        /** The leftover of this name, if it is one. */
        static Optional<Leftover> of(Path folder) {
            Matcher form = FORM.matcher(folder.getFileName().toString());
            if (!form.matches() || OwnerProcess.of(form.group(3)).isAlive()) {
                return Optional.empty();
            }
            return Optional.of(
                    new Leftover(
                            folder,
                            folder.resolveSibling(form.group(1)),
                            form.group(2).equals("replaced")));
        }

        /** Puts a complete folder back if nothing took its place; removes every other one. */
        void clear(Disk disk) throws IOException {
            if (replaced && !Files.exists(target) && !Disk.list(folder).isEmpty()) {
                disk.rename(folder, target);
                disk.forceFolder(target.resolveSibling("."));
            } else {
                disk.deleteFolder(folder);
            }
        }
    }
}
