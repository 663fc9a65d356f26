package shoal.coordinator.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.TestClient;
import shoal.coordinator.checkpoint.OutputDesk;
import shoal.model.checkpoint.SealedFile;
import shoal.model.checkpoint.SealedFiles;
import shoal.proto.v1.ResultFile;

final class ResultFilesTest {
    /** Whoever reads a file of this size does not end within a test. */
    private static final long ENDLESS_BYTES = 1L << 40;

    private static final String SEALED = "ab".repeat(32);

    @TempDir Path run;
    private final ResultHashes hashes = new ResultHashes();

    @Test
    void hashes_of_sealed_files_are_kept_and_no_byte_of_them_is_read_again() throws IOException {
        Path output = Files.createDirectories(run.resolve("output"));
        Path checkpoint = Files.createDirectories(run.resolve("checkpoint-7"));
        sparse(output.resolve("model.safetensors"));
        sparse(checkpoint.resolve("model.safetensors"));
        List<SealedFile> sealed =
                List.of(new SealedFile("model.safetensors", ENDLESS_BYTES, SEALED));
        SealedFiles.write(OutputDesk.sealedFiles(output), sealed);
        SealedFiles.write(checkpoint.resolve("shoal.json"), sealed);

        List<ResultFile> listed = new ResultFiles(output).list(hashes, () -> false);

        assertThat(listed)
                .extracting(ResultFile::getPath)
                .containsExactly(
                        "model.safetensors",
                        "checkpoint-7/model.safetensors",
                        "checkpoint-7/shoal.json");
        assertThat(hex(listed.get(0))).isEqualTo(SEALED);
        assertThat(hex(listed.get(1))).isEqualTo(SEALED);
    }

    @Test
    void a_file_that_is_not_as_it_was_sealed_is_read() throws IOException {
        Path output = Files.createDirectories(run.resolve("output"));
        Files.writeString(output.resolve("README.md"), "another one");
        SealedFiles.write(
                OutputDesk.sealedFiles(output), List.of(new SealedFile("README.md", 3, SEALED)));

        assertThat(hex(new ResultFiles(output).list(hashes, () -> false).get(0)))
                .isEqualTo(hashOf("another one"));

        Files.writeString(OutputDesk.sealedFiles(output), "{\"files\": damaged");
        assertThat(hex(new ResultFiles(output).list(hashes, () -> false).get(0)))
                .isEqualTo(hashOf("another one"));
    }

    @Test
    void a_file_that_was_never_sealed_is_read_once_and_again_when_it_changed() throws IOException {
        Path output = Files.createDirectories(run.resolve("output"));
        Path file = output.resolve("config.json");
        Files.writeString(file, "one");
        ResultFiles files = new ResultFiles(output);
        assertThat(hex(files.list(hashes, () -> false).get(0))).isEqualTo(hashOf("one"));
        var modified = Files.getLastModifiedTime(file);

        Files.writeString(file, "two"); // as long, and its time is put back: not looked at
        Files.setLastModifiedTime(file, modified);
        assertThat(hex(files.list(hashes, () -> false).get(0))).isEqualTo(hashOf("one"));
        Files.writeString(file, "three");
        assertThat(hex(files.list(hashes, () -> false).get(0))).isEqualTo(hashOf("three"));
    }

    @Test
    void a_list_that_nobody_wants_any_more_reads_nothing() throws IOException {
        Path output = Files.createDirectories(run.resolve("output"));
        sparse(output.resolve("model.safetensors"));

        assertThat(new ResultFiles(output).list(hashes, () -> true)).isEmpty();
    }

    private static void sparse(Path file) throws IOException {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(ENDLESS_BYTES);
        }
    }

    private static String hashOf(String text) {
        return HexFormat.of()
                .formatHex(
                        TestClient.sha256(text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                .toByteArray());
    }

    private static String hex(ResultFile file) {
        return HexFormat.of().formatHex(file.getSha256().toByteArray());
    }
}
