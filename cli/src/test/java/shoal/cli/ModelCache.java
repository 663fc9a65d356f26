package shoal.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Lays out models as HF's tools keep them: a snapshot of links to blobs. */
final class ModelCache {
    private ModelCache() {}

    /** Puts the files of a folder into a cache under a hub name. */
    static void holding(Path cache, String name, Path folder) throws IOException {
        Path model = cache.resolve("models--" + name.replace("/", "--"));
        Path blobs = Files.createDirectories(model.resolve("blobs"));
        Path snapshot = Files.createDirectories(model.resolve("snapshots/0a1b2c"));
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), "0a1b2c");
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String fileName = file.getFileName().toString();
            Files.copy(file, blobs.resolve("blob-" + fileName));
            Files.createSymbolicLink(
                    snapshot.resolve(fileName), Path.of("../../blobs/blob-" + fileName));
        }
    }
}
