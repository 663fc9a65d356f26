package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import shoal.recipe.Limits;

final class ExchangeSettingsTest {
    private final ExchangeSettings settings = ExchangeSettings.standard();

    @Test
    void few_workers_have_the_whole_window() {
        assertThat(settings.ring(2, 0).windowPieces()).isEqualTo(32);
        assertThat(settings.ring(9, 8).windowPieces()).isEqualTo(32);
        assertThat(settings.ring(2, 1).piecesPerFrame()).isEqualTo(8);
    }

    @Test
    void more_workers_share_the_same_memory_in_smaller_windows() {
        for (int workers = 2; workers <= 257; workers++) {
            assertThat(settings.ring(workers, 0).sizeBytes())
                    .as("%s workers", workers)
                    .isLessThanOrEqualTo(Limits.SHARED_MEMORY_BYTES);
        }
        assertThat(settings.ring(18, 0).windowPieces()).isEqualTo(15);
        assertThat(settings.ring(257, 0).windowPieces()).isEqualTo(1);
    }

    @Test
    void beyond_that_a_ring_is_too_large_and_streams_are_used() {
        assertThat(settings.ring(258, 0).sizeBytes()).isGreaterThan(Limits.SHARED_MEMORY_BYTES);
    }
}
