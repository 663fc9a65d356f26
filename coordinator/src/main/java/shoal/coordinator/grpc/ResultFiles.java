package shoal.coordinator.grpc;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shoal.proto.v1.ResultFile;
import shoal.recipe.Sha256;

/**
 * What a run leaves behind: the files of its output folder, and of the checkpoints beside it, as
 * {@code checkpoint-STEP/NAME}.
 *
 * @param folder the output folder; need not exist
 */
record ResultFiles(Path folder) {
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-[0-9]{1,9}");

    /** All of them, with their hashes. Reads every byte. */
    List<ResultFile> list() throws IOException {
        List<ResultFile> files = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            add(folder, folder, files);
        }
        for (Path checkpoint : checkpoints()) {
            add(checkpoint, folder.resolveSibling("."), files);
        }
        return files;
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

    private static void add(Path from, Path base, List<ResultFile> files) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(from)) {
            paths = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path path : paths) {
            files.add(
                    ResultFile.newBuilder()
                            .setPath(
                                    base.normalize()
                                            .relativize(path.normalize())
                                            .toString()
                                            .replace('\\', '/'))
                            .setSizeBytes(Files.size(path))
                            .setSha256(hash(path))
                            .build());
        }
    }

    private static ByteString hash(Path path) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
            long ignoredBytes = in.transferTo(java.io.OutputStream.nullOutputStream());
            if (ignoredBytes != Files.size(path)) {
                throw new IOException(path + " changed while it was read");
            }
        }
        return ByteString.copyFrom(digest.digest());
    }
}
