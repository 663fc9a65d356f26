package shoal.coordinator.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.RunName;

final class PeerKeysTest {
    private final PeerKeys keys = new PeerKeys("secret");

    @Test
    void a_generation_has_one_key_that_a_restart_gives_again() {
        assertThat(keys.of(fence("r", 1))).hasSize(32);
        assertThat(new PeerKeys("secret").of(fence("r", 1))).isEqualTo(keys.of(fence("r", 1)));
    }

    @Test
    void another_generation_run_or_secret_has_another_key() {
        byte[] key = keys.of(fence("r", 1));

        assertThat(keys.of(fence("r", 2))).isNotEqualTo(key);
        assertThat(keys.of(fence("s", 1))).isNotEqualTo(key);
        assertThat(new PeerKeys("other").of(fence("r", 1))).isNotEqualTo(key);
    }

    private static Fence fence(String run, long generation) {
        return new Fence(new RunName(run), generation);
    }
}
