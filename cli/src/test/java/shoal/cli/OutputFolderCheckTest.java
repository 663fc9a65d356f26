package shoal.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputFolderCheckTest {
    @TempDir private Path folder;

    @Test
    void an_empty_name_is_not_the_folder_where_the_command_is_typed() {
        assertThatThrownBy(() -> OutputFolderCheck.require(folder, "", "output_dir"))
                .hasMessage("output_dir: is empty; name a folder");
    }

    @Test
    void a_file_and_what_would_lie_below_it_are_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "mine");

        assertThatThrownBy(() -> OutputFolderCheck.require(file, "f", "output_dir"))
                .hasMessage("output_dir: is 'f', but " + file + " is a file; name a folder");
        assertThatThrownBy(() -> OutputFolderCheck.require(file.resolve("x"), "f/x", "--to"))
                .hasMessage("--to: is 'f/x', but " + file + " is a file; name a folder");
    }
}
