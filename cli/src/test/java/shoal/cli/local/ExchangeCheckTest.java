package shoal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Timeout(120)
final class ExchangeCheckTest {
    /** A wrong sum ends the processes, and with them the measurement. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void two_processes_sum_a_gradient_and_end(boolean memory) throws Exception {
        ExchangeCheck.Measured measured = ExchangeCheck.measure(320_000, memory, 2);

        assertThat(measured.throughMemory()).isEqualTo(memory);
        assertThat(measured.seconds()).hasSize(2).allMatch(seconds -> seconds > 0);
        assertThat(measured.sizeBytes()).isEqualTo(1_280_000);
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
    }
}
