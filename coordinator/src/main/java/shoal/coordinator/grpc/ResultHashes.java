package shoal.coordinator.grpc;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.model.checkpoint.SealedFile;
import shoal.proto.v1.ResultFile;

/**
 * Hashes of files of results. What was sealed has its hash beside it; any other file is read once,
 * and again when its size or time has changed. Safe for any thread.
 */
final class ResultHashes {
    /** Files whose hashes are remembered: results of older versions, a dozen files each. */
    private static final int REMEMBERED = 10_000;

    private final Map<Path, Seen> seen = new LinkedHashMap<>();

    private record Seen(long sizeBytes, FileTime modified, String sha256) {}

    /**
     * A file as a client is told of it.
     *
     * @param path relative to the result
     * @param sealed what was kept of a file of this name
     */
    ResultFile of(Path file, String path, Optional<SealedFile> sealed) throws IOException {
        long sizeBytes = Files.size(file);
        Optional<String> kept =
                sealed.filter(known -> known.sizeBytes() == sizeBytes).map(SealedFile::sha256);
        String sha256 = kept.isPresent() ? kept.get() : computed(file, sizeBytes);
        return ResultFile.newBuilder()
                .setPath(path)
                .setSizeBytes(sizeBytes)
                .setSha256(ByteString.copyFrom(HexFormat.of().parseHex(sha256)))
                .build();
    }

    private String computed(Path file, long sizeBytes) throws IOException {
        FileTime modified = Files.getLastModifiedTime(file);
        synchronized (seen) {
            @Nullable Seen before = seen.get(file);
            if (before != null
                    && before.sizeBytes() == sizeBytes
                    && before.modified().equals(modified)) {
                return before.sha256();
            }
        }
        SealedFile now = SealedFile.of(file);
        if (now.sizeBytes() != sizeBytes) {
            throw new IOException(file + " changed while it was read");
        }
        synchronized (seen) {
            if (seen.size() >= REMEMBERED) {
                seen.clear(); // rare, and it costs no more than reading again
            }
            seen.put(file, new Seen(sizeBytes, modified, now.sha256()));
        }
        return now.sha256();
    }
}
