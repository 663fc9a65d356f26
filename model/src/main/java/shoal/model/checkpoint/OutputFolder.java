package shoal.model.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.recipe.UserException;

/**
 * A result folder in the making: files are staged beside its place and appear there when all of
 * them are complete and on disk.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Until {@link #publish} nothing of the target changes; closing without it leaves nothing.
 *   <li>A new target appears whole, by one rename. In a target that exists, files are replaced one
 *       by one after all are staged, each by one rename, and files that are none of ours stay; only
 *       tokenizer files of an older model go, since HF would read them in place of the new ones.
 *   <li>Staging folders that a killed process left beside the same target are removed.
 * </ul>
 *
 * <p>Methods may be called from one thread at a time; a {@link StagedWeights} may be written from
 * another.
 */
public final class OutputFolder implements AutoCloseable {
    public static final String WEIGHTS = "model.safetensors";
    private static final String CARD = "README.md";

    private final Path target;
    private final String shownName;
    private final Path staging;
    private final Disk disk;

    private OutputFolder(Path target, String shownName, Path staging, Disk disk) {
        this.target = target;
        this.shownName = shownName;
        this.staging = staging;
        this.disk = disk;
    }

    /**
     * Makes a staging folder beside the target, which need not exist.
     *
     * @param shownName the target as the user wrote it
     * @throws UserException if the target cannot be written
     */
    public static OutputFolder stage(Path target, String shownName) {
        return stage(target, shownName, new Disk());
    }

    static OutputFolder stage(Path target, String shownName, Disk disk) {
        Path absolute = target.toAbsolutePath().normalize();
        if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
            throw new UserException(
                    shownName, "is a file, but results are a folder. Choose another output_dir.");
        }
        if (Files.isDirectory(absolute) && !Files.isWritable(absolute)) {
            throw unwritable(shownName, "no permission to write into the folder");
        }
        Path parent = absolute.getParent();
        if (parent == null) {
            throw unwritable(shownName, "it is the root of the file system");
        }
        try {
            Files.createDirectories(parent);
            Path staging = StagingName.of(absolute).stage(disk);
            return new OutputFolder(absolute, shownName, staging, disk);
        } catch (IOException refused) {
            throw unwritable(shownName, inWords(refused));
        }
    }

    private static UserException unwritable(String shownName, String why) {
        return new UserException(
                shownName,
                "cannot be written: "
                        + why
                        + ". Choose another output_dir, or make this one writable.");
    }

    private static String inWords(IOException refused) {
        String name = refused.getClass().getSimpleName();
        if (refused instanceof FileSystemException where) {
            String reason = where.getReason();
            return name + " " + where.getFile() + (reason == null ? "" : " (" + reason + ")");
        }
        return name + " " + refused.getMessage();
    }

    /** Where files are until they are published. */
    public Path staging() {
        return staging;
    }

    /** Writes one text file. */
    public void write(String name, String text) {
        try {
            disk.writeText(file(name), text);
        } catch (IOException refused) {
            throw unwritable(shownName + "/" + name, inWords(refused));
        }
    }

    /** Copies one file. */
    public void copy(String name, Path from) {
        try {
            disk.copy(from, file(name));
        } catch (IOException refused) {
            throw unwritable(shownName + "/" + name, inWords(refused));
        }
    }

    /** Puts a copy of a file in the place of one that was staged. */
    public void replace(String name, Path from) {
        try {
            disk.delete(file(name));
        } catch (IOException refused) {
            throw unwritable(shownName + "/" + name, inWords(refused));
        }
        copy(name, from);
    }

    private void replaceText(String name, String text) {
        try {
            disk.delete(file(name));
        } catch (IOException refused) {
            throw unwritable(shownName + "/" + name, inWords(refused));
        }
        write(name, text);
    }

    /** Makes model.safetensors in its final size, with its header, to be filled by ranges. */
    public StagedWeights weights(SafetensorsLayout layout) {
        return tensors(WEIGHTS, layout);
    }

    /** Makes a file of tensors, with its header, to be filled by ranges. */
    StagedWeights tensors(String name, SafetensorsLayout layout) {
        String shownFile = shownName + "/" + name;
        try {
            return StagedWeights.create(file(name), shownFile, layout, disk);
        } catch (IOException refused) {
            throw unwritable(shownFile, inWords(refused));
        }
    }

    /** config.json and the tokenizer's files of a classifier that was trained from a folder. */
    public void writeModelFiles(ModelFolder startedFrom) {
        write("config.json", startedFrom.classifierConfigJson());
        for (ModelFile file : startedFrom.files()) {
            if (file.kind() == ModelFile.Kind.TOKENIZER) {
                copy(file.name(), file.path());
            }
        }
        startedFrom.tokenizerAdditions().forEach(this::replaceText);
    }

    private Path file(String name) {
        Path file = staging.resolve(name).normalize();
        if (!staging.equals(file.getParent())) {
            throw new IllegalArgumentException(name + " is not the name of a file");
        }
        return file;
    }

    /**
     * Makes everything durable and moves it to the target. A README.md there that Shoal did not
     * write stays, and the model card is dropped.
     *
     * @return every file that was staged, by name
     * @throws UserException if the disk refuses; the target is then as before, or, if it existed,
     *     holds some of the new files
     */
    public List<SealedFile> publish() {
        List<SealedFile> sealed = seal();
        try {
            disk.forceFolder(staging);
            if (Files.exists(target)) {
                replaceFiles();
            } else {
                disk.rename(staging, target);
            }
            disk.forceFolder(target.resolveSibling("."));
            return sealed;
        } catch (IOException refused) {
            throw unwritable(shownName, inWords(refused));
        }
    }

    /** Makes the staged files durable and gives them by name. */
    List<SealedFile> seal() {
        try {
            List<SealedFile> sealed = new ArrayList<>();
            for (Path file : Disk.list(staging)) {
                sealed.add(disk.seal(file));
            }
            return sealed;
        } catch (IOException refused) {
            throw unwritable(shownName, inWords(refused));
        }
    }

    /**
     * Writes a last file that vouches for the sealed ones, and moves the whole folder to the
     * target. A folder that was there is moved aside first and removed last: whenever the process
     * dies, it or the new one is there or is put back by {@link StagingName.Leftover#clear}.
     */
    void publishWhole(String lastName, String lastText) {
        try {
            disk.writeText(file(lastName), lastText);
            disk.seal(file(lastName));
            disk.forceFolder(staging);
            Path parent = target.resolveSibling(".");
            if (!Files.exists(target)) {
                disk.rename(staging, target);
                disk.forceFolder(parent);
                return;
            }
            Path replaced = StagingName.of(target).replaced();
            disk.rename(target, replaced);
            disk.rename(staging, target);
            disk.forceFolder(parent);
            disk.deleteFolder(replaced);
        } catch (IOException refused) {
            throw unwritable(shownName, inWords(refused));
        }
    }

    private void replaceFiles() throws IOException {
        Set<String> written = new HashSet<>();
        if (holdsForeignCard()) {
            disk.delete(staging.resolve(CARD));
        }
        for (Path file : Disk.list(staging)) {
            disk.rename(file, target.resolve(file.getFileName()));
            written.add(file.getFileName().toString());
        }
        for (String name : ModelFolder.TOKENIZER_FILES) {
            if (!written.contains(name)
                    && written.stream().anyMatch(ModelFolder.TOKENIZER_FILES::contains)) {
                disk.delete(target.resolve(name));
            }
        }
        disk.forceFolder(target);
        disk.delete(staging);
    }

    /** Whether somebody wrote a README.md of their own, as where the target is a project. */
    private boolean holdsForeignCard() throws IOException {
        Path card = target.resolve(CARD);
        return Files.exists(card) && !ModelCard.isOne(card);
    }

    /** Removes what was staged and not published. */
    @Override
    public void close() {
        try {
            disk.deleteFolder(staging);
        } catch (IOException leftBehind) {
            throw new UncheckedIOException(leftBehind);
        }
    }
}
