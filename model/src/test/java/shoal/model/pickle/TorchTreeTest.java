package shoal.model.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.Refused;

class TorchTreeTest {
    @TempDir Path folder;

    @Test
    void values_are_found_by_their_paths() {
        Path file = Golden.path("trainer-checkpoint/optimizer.pt");
        try (TorchTree tree = TorchTree.open(file, "o.pt")) {
            assertThat(tree.number("param_groups.0.betas.1")).hasValue(0.999);
            assertThat(tree.flag("param_groups.1.amsgrad")).contains(false);
            assertThat(tree.size("param_groups")).hasValue(2);
            assertThat(tree.tensors().tensors()).containsKey("state.28.exp_avg_sq");
            assertThat(tree.number("param_groups")).isEmpty();
        }
    }

    @Test
    void a_list_that_holds_itself_is_refused() throws IOException {
        assertThat(refused("}X\u0001\0\0\0a]q\u0001h\u0001as."))
                .singleElement()
                .asString()
                .startsWith("o.pt: nests deeper than 8 levels or holds more than");
    }

    @Test
    void a_tree_that_grows_with_every_level_is_refused() throws IOException {
        StringBuilder bomb = new StringBuilder("](");
        bomb.append("N".repeat(60)).append("eq\u0000");
        for (int level = 0; level < 5; level++) {
            bomb.append("](").append("h\u0000".repeat(60)).append("eq\u0000");
        }

        assertThat(refused(bomb + "}X\u0001\0\0\0ah\u0000s."))
                .singleElement()
                .asString()
                .contains("holds more than 200000 values");
    }

    @Test
    void two_values_of_one_path_are_refused() throws IOException {
        assertThat(refused("}(X\u0003\0\0\0a.bK\u0001X\u0001\0\0\0a}X\u0001\0\0\0bK\u0002su."))
                .containsExactly("o.pt: has two values at a.b.");
    }

    private List<String> refused(String pickle) throws IOException {
        byte[] bytes = ("\u0080\u0002" + pickle).getBytes(ISO_8859_1);
        Path file = folder.resolve("o.pt");
        Files.write(file, new StoredZip().add("archive/data.pkl", bytes).bytes());
        return Refused.by(() -> TorchTree.open(file, "o.pt"));
    }
}
