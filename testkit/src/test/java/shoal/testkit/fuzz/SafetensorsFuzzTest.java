package shoal.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.tensor.TensorFile;

/** Any bytes as model.safetensors. */
class SafetensorsFuzzTest {
    @TempDir private static Path folder;

    @FuzzTest
    void reads(byte[] input) {
        Path file = Reading.write(folder, "model.safetensors", input);
        Reading.of(
                input,
                () -> {
                    try (TensorFile open = SafetensorsFile.open(file, "model.safetensors")) {
                        WeightBytes.readEnds(open);
                    }
                });
    }
}
