package shoal.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.tokenizer.Tokenizer;

/** Any bytes as tokenizer.json, tokenizer_config.json and special_tokens_map.json. */
class TokenizerJsonFuzzTest {
    @TempDir private static Path folder;

    @FuzzTest
    void reads(byte[] input) {
        List<byte[]> files = Reading.files(input, 3);
        Reading.write(folder, "tokenizer.json", files.get(0));
        Reading.write(folder, "tokenizer_config.json", files.get(1));
        Reading.write(folder, "special_tokens_map.json", files.get(2));
        Reading.of(input, () -> Tokenizer.require(folder, "model"));
    }
}
