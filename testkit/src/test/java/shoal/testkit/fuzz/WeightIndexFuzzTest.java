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

/** Any bytes as model.safetensors.index.json: no file outside of the folder is named or opened. */
class WeightIndexFuzzTest {
    @TempDir private static Path folder;

    @BeforeAll
    static void givenAModelFolder() throws IOException {
        Path model = GoldenFolder.own().file("gpt2-tiny");
        Files.copy(model.resolve("config.json"), folder.resolve("config.json"));
        Files.copy(model.resolve("vocab.txt"), folder.resolve("vocab.txt"));
        Files.copy(model.resolve("model.safetensors"), folder.resolve("part-1.safetensors"));
    }

    @FuzzTest
    void reads(byte[] input) {
        Reading.write(folder, "model.safetensors.index.json", input);
        Reading.of(
                input,
                () -> {
                    ModelFolder model = ModelFolder.open(folder, "model", 0);
                    assertThat(model.files())
                            .extracting(ModelFile::path)
                            .allMatch(file -> file.normalize().startsWith(folder));
                });
    }
}
