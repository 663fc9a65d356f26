package shoal.worker.artefact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A file in the cache's folder. */
record CachedFile(Path path, long sizeBytes, FileTime used) {
    String name() {
        return path.getFileName().toString();
    }

    /** All files, the longest unused first; by name among equals. */
    static List<CachedFile> in(Path folder) throws IOException {
        List<CachedFile> files = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                files.add(new CachedFile(path, Files.size(path), Files.getLastModifiedTime(path)));
            }
        }
        files.sort(Comparator.comparing(CachedFile::used).thenComparing(CachedFile::name));
        return files;
    }
}
