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
import java.util.stream.Stream;
import shoal.proto.v1.ResultFile;
import shoal.recipe.Sha256;

/** The files of one output folder. */
record ResultFiles(Path folder) {
    /** All of them, with their hashes. Reads every byte. */
    List<ResultFile> list() throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.filter(Files::isRegularFile).sorted().toList();
        }
        List<ResultFile> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(
                    ResultFile.newBuilder()
                            .setPath(folder.relativize(path).toString().replace('\\', '/'))
                            .setSizeBytes(Files.size(path))
                            .setSha256(hash(path))
                            .build());
        }
        return files;
    }

    /** The file of this path, if it is one of the folder's. */
    Optional<Path> find(String path) {
        Path file = folder.resolve(path).normalize();
        return file.startsWith(folder) && Files.isRegularFile(file)
                ? Optional.of(file)
                : Optional.empty();
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
