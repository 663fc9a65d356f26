package shoal.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.Shared;

/** The reference model's folder. */
class ModelFolderGoldenTest {
    @Test
    void the_reference_model_opens_and_gives_every_element() {
        Path path = Shared.golden("gpt2-tiny");

        ModelFolder folder = ModelFolder.open(path, "gpt2-tiny", 2);
        List<Parameter> seen = new ArrayList<>();
        long[] elements = new long[1];
        folder.loadInto(
                (parameter, offset, values) -> {
                    assertThat(offset % 16).isZero();
                    elements[0] += values.remaining() / 4;
                    seen.add(parameter);
                },
                42);

        assertThat(folder.config())
                .isEqualTo(new GptConfig(21_128, 1_024, 64, 2, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0));
        assertThat(folder.notices()).isEmpty();
        assertThat(elements[0]).isEqualTo(folder.table().parameterElements());
        assertThat(seen.stream().distinct()).containsExactlyElementsOf(folder.table().parameters());
        assertThat(folder.files().stream().map(ModelFile::name))
                .containsExactly(
                        "config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt");
    }
}
