package shoal.coordinator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
    @TempDir private Path folder;

    @Test
    void a_file_is_no_data_folder() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "mine");

        assertThatThrownBy(() -> DataFolder.open(file))
                .hasMessage("--data " + file + ": is a file. Name a folder.");
    }
}
