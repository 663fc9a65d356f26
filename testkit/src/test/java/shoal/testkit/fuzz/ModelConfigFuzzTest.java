package shoal.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.checkpoint.ModelFile;
import shoal.model.checkpoint.ModelFolder;
import shoal.testkit.golden.GoldenFolder;

/** Any bytes as config.json of a folder whose other files are right. */
class ModelConfigFuzzTest {
    @TempDir private static Path folder;

    @BeforeAll
    static void givenAModelFolder() throws IOException {
        for (String name : new String[] {"model.safetensors", "vocab.txt"}) {
            Files.copy(GoldenFolder.own().file("gpt2-tiny").resolve(name), folder.resolve(name));
        }
    }

    @FuzzTest
    void reads(byte[] input) {
        Reading.write(folder, "config.json", input);
        Reading.of(
                input,
                () -> {
                    ModelFolder model = ModelFolder.open(folder, "model", 0);
                    assertThat(model.files())
                            .extracting(ModelFile::path)
                            .allMatch(file -> file.normalize().startsWith(folder));
                    assertThat(model.classifierConfigJson()).isNotEmpty();
                });
    }
}
