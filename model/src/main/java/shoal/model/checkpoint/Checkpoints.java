package shoal.model.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shoal.model.StateKind;
import shoal.recipe.Problem;
import shoal.recipe.Problems;
import shoal.recipe.UserException;

/**
 * The checkpoints of one run, folders {@code checkpoint-STEP} in one folder, as HF names them.
 *
 * <p>One process at a time makes and removes checkpoints of a folder; any may read. Methods may be
 * called from one thread at a time.
 */
public final class Checkpoints {
    private static final Pattern NAME = Pattern.compile("checkpoint-([0-9]{1,9})");

    private final Path folder;
    private final String shownName;
    private final Disk disk;

    private Checkpoints(Path folder, String shownName, Disk disk) {
        this.folder = folder;
        this.shownName = shownName;
        this.disk = disk;
    }

    /**
     * The checkpoints of a folder.
     *
     * @param folder that holds them; need not exist
     * @param shownName the folder as the user wrote it
     */
    public static Checkpoints in(Path folder, String shownName) {
        return in(folder, shownName, new Disk());
    }

    static Checkpoints in(Path folder, String shownName, Disk disk) {
        return new Checkpoints(
                folder.toAbsolutePath().normalize(), requireNonNull(shownName, "shownName"), disk);
    }

    /** Steps that have a folder, good or not, ascending. */
    public List<Integer> steps() {
        TreeSet<Integer> steps = new TreeSet<>();
        for (Path each : entries()) {
            Matcher name = NAME.matcher(each.getFileName().toString());
            if (name.matches() && Files.isDirectory(each)) {
                steps.add(Integer.parseInt(name.group(1)));
            }
        }
        return List.copyOf(steps);
    }

    /** Steps of the folders that Shoal wrote, in the order in which they were made. */
    public List<Integer> stepsByAge() {
        TreeMap<Integer, FileTime> times = new TreeMap<>();
        for (int step : steps()) {
            Path manifest = path(step).resolve(ManifestJson.NAME);
            try {
                if (Files.exists(manifest)) {
                    times.put(step, Files.getLastModifiedTime(manifest));
                }
            } catch (IOException unreadable) {
                throw new UserException(shown(step), "cannot be read: " + unreadable);
            }
        }
        List<Integer> byAge = new ArrayList<>(times.keySet());
        byAge.sort(Comparator.comparing(times::get));
        return byAge;
    }

    /** Where the checkpoint of a step is. */
    public Path path(int step) {
        return folder.resolve("checkpoint-" + step);
    }

    private String shown(int step) {
        return shownName + "/checkpoint-" + step;
    }

    /**
     * Which checkpoint to go on from.
     *
     * @param newest the good one of the latest step, if there is one
     * @param passedOver what is wrong with later ones
     */
    public record Choice(Optional<Checkpoint> newest, List<Problem> passedOver) {
        public Choice {
            requireNonNull(newest, "newest");
            passedOver = List.copyOf(passedOver);
        }
    }

    /** Opens and verifies checkpoints from the latest step down, until one is good. */
    public Choice newest() {
        List<Problem> passedOver = new ArrayList<>();
        List<Integer> steps = steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            int step = steps.get(i);
            try {
                Checkpoint checkpoint = Checkpoint.open(path(step), shown(step));
                checkpoint.verify();
                return new Choice(Optional.of(checkpoint), passedOver);
            } catch (UserException bad) {
                passedOver.addAll(bad.problems());
            }
        }
        return new Choice(Optional.empty(), passedOver);
    }

    /**
     * Begins a checkpoint.
     *
     * @param kinds what is saved of each parameter
     * @param startedFrom whose config.json and tokenizer the run has
     * @throws UserException if the folder cannot be written
     */
    public StagedCheckpoint stage(int step, List<StateKind> kinds, ModelFolder startedFrom) {
        StagedCheckpoint.Content content = new StagedCheckpoint.Content(step, kinds);
        return StagedCheckpoint.stage(path(step), shown(step), content, startedFrom, disk);
    }

    /**
     * Removes a checkpoint: it is gone by one rename, then its files are deleted.
     *
     * @throws UserException if it was not written by Shoal, or the disk refuses
     */
    public void remove(int step) {
        Path target = path(step);
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.exists(target.resolve(ManifestJson.NAME))) {
            throw new UserException(
                    shown(step), "was not written by Shoal, so it is not removed. Remove it.");
        }
        try {
            Path aside = StagingName.of(target).removed();
            disk.rename(target, aside);
            disk.forceFolder(folder);
            disk.deleteFolder(aside);
        } catch (IOException refused) {
            throw new UserException(shown(step), "cannot be removed: " + refused);
        }
    }

    /**
     * Clears up after dead processes: what was staged or half removed goes, and a checkpoint that
     * was moved aside for a new one which never came is put back.
     *
     * @return the names of the folders that were cleared
     * @throws UserException if the disk refuses
     */
    public List<String> removeLeftovers() {
        List<String> cleared = new ArrayList<>();
        Problems problems = new Problems();
        for (Path each : entries()) {
            Optional<StagingName.Leftover> leftover =
                    StagingName.Leftover.of(each)
                            .filter(
                                    found ->
                                            NAME.matcher(found.target().getFileName().toString())
                                                    .matches());
            if (leftover.isEmpty()) {
                continue;
            }
            try {
                leftover.get().clear(disk);
                cleared.add(each.getFileName().toString());
            } catch (IOException refused) {
                problems.add(shownName + "/" + each.getFileName(), "cannot be removed: " + refused);
            }
        }
        problems.throwIfAny();
        return cleared;
    }

    private List<Path> entries() {
        try {
            return Files.isDirectory(folder) ? Disk.list(folder) : List.of();
        } catch (IOException unreadable) {
            throw new UserException(shownName, "cannot be read: " + unreadable);
        }
    }
}
