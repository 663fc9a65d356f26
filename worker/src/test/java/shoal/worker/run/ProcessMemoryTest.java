package shoal.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessMemoryTest {
    @Test
    void the_peak_is_vmhwm_in_bytes() {
        assertThat(
                        ProcessMemory.peakResidentBytes(
                                List.of("VmPeak:\t 9 kB", "VmHWM:\t  2048 kB", "VmRSS:\t 7 kB")))
                .isEqualTo(2L << 20);
    }

    @Test
    void a_system_without_it_says_zero() {
        assertThat(ProcessMemory.peakResidentBytes(List.of("Name:\tjava"))).isZero();
    }
}
