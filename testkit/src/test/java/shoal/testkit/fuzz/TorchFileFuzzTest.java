package shoal.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.pickle.TorchFile;
import shoal.model.tensor.TensorFile;

/** Any bytes as pytorch_model.bin: zip directory, pickles, and the older format. */
class TorchFileFuzzTest {
    @TempDir private static Path folder;

    @FuzzTest
    void reads(byte[] input) {
        Path file = Reading.write(folder, "pytorch_model.bin", input);
        Reading.of(
                input,
                () -> {
                    try (TensorFile open = TorchFile.open(file, "pytorch_model.bin")) {
                        WeightBytes.readEnds(open);
                    }
                });
    }
}
