package shoal.coordinator.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shoal.coordinator.checkpoint.OutputDesk;
import shoal.model.checkpoint.CheckpointManifest;
import shoal.model.checkpoint.SealedFile;
import shoal.model.checkpoint.SealedFiles;
import shoal.proto.v1.ResultFile;

/**
 * What a run leaves behind: the files of its output folder, and of the checkpoints beside it, as
 * {@code checkpoint-STEP/NAME}.
 *
 * @param folder the output folder; need not exist
 */
record ResultFiles(Path folder) {
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-[0-9]{1,9}");

    /**
     * All of them, with their hashes.
     *
     * @param unwanted asked before each file; then the list is cut off
     */
    List<ResultFile> list(ResultHashes hashes, BooleanSupplier unwanted) throws IOException {
        Listing listing = new Listing(hashes, unwanted, new ArrayList<>());
        if (Files.isDirectory(folder)) {
            listing.add(folder, folder, OutputDesk.sealedFiles(folder));
        }
        Path root = folder.resolveSibling(".").normalize();
        for (Path checkpoint : checkpoints()) {
            listing.add(checkpoint, root, checkpoint.resolve(CheckpointManifest.NAME));
        }
        return listing.files();
    }

    /** A list in the making. */
    private record Listing(ResultHashes hashes, BooleanSupplier unwanted, List<ResultFile> files) {
        /**
         * Adds the files of a folder by their paths from a base; some are in a list of sealed ones.
         */
        void add(Path from, Path base, Path sealedList) throws IOException {
            Map<String, SealedFile> sealed = SealedFiles.read(sealedList);
            for (Path file : regularFiles(from)) {
                if (unwanted.getAsBoolean()) {
                    return;
                }
                String name = from.relativize(file).toString();
                String path = base.relativize(file).toString();
                files.add(hashes.of(file, path, Optional.ofNullable(sealed.get(name))));
            }
        }
    }

    /** Whether there is a checkpoint. */
    boolean hasCheckpoints() throws IOException {
        return !checkpoints().isEmpty();
    }

    /** The file of this path, if it is one of these. */
    Optional<Path> find(String path) {
        Path root = folder.resolveSibling(".").normalize();
        Path beside = root.resolve(path).normalize();
        boolean inCheckpoint =
                beside.startsWith(root)
                        && beside.getNameCount() == root.getNameCount() + 2
                        && CHECKPOINT
                                .matcher(beside.getName(root.getNameCount()).toString())
                                .matches();
        Path file = inCheckpoint ? beside : folder.resolve(path).normalize();
        return (inCheckpoint || file.startsWith(folder)) && Files.isRegularFile(file)
                ? Optional.of(file)
                : Optional.empty();
    }

    private List<Path> checkpoints() throws IOException {
        Path root = folder.resolveSibling(".").normalize();
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(each -> CHECKPOINT.matcher(each.getFileName().toString()).matches())
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> regularFiles(Path from) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
