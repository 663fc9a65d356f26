package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.engine.OperatorHash;

final class OperatorProbeTest {
    @Test
    void a_machine_gives_the_same_bits_again() {
        assertThat(DjlEngine.probe()).isEqualTo(DjlEngine.probe());
    }

    @Test
    void each_group_of_operators_has_bits_of_its_own() {
        List<OperatorHash> probe = DjlEngine.probe();

        assertThat(probe).extracting(OperatorHash::sha256).doesNotHaveDuplicates();
        assertThat(probe)
                .extracting(OperatorHash::operators)
                .doesNotHaveDuplicates()
                .startsWith("dropout mask", "embedding", "layer norm", "product")
                .contains("attention's softmax", "gelu", "cross entropy", "gelu backward", "sum")
                .endsWith("adamw", "adam");
    }
}
