package shoal.testkit.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What coordinator's BestCheckpointTest compares with is what HF's Trainer says today. */
@Tag("slow")
class PeerBestCheckpointTest {
    @TempDir Path folder;

    @Test
    void hf_names_keeps_and_loads_the_checkpoints_of_the_golden_cases() throws Exception {
        Peer.assume();
        Path answers = folder.resolve("best-checkpoints.json");

        Peer.run(
                "testkit/scripts/best_checkpoints.py",
                folder.resolve("log"),
                List.of(answers.toString()));

        assertThat(answers)
                .hasSameTextualContentAs(GoldenFolder.own().file("best-checkpoints.json"));
    }
}
