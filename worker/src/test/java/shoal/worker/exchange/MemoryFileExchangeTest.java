package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Through shared memory, in a window that frames of several pieces wrap around in. */
final class MemoryFileExchangeTest extends ExchangeContract {
    @TempDir private Path memory;

    @Override
    Cluster open(List<? extends Receiver> receivers) throws Exception {
        Cluster cluster = Crews.cluster(receivers, Crews.settings(Optional.of(memory), 10));
        assertThat(cluster.all())
                .allMatch(each -> each.counts().peersThroughMemory() == receivers.size() - 1);
        return cluster;
    }

    @Override
    int windowPieces() {
        return 10;
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        try (Stream<Path> left = Files.list(memory)) {
            assertThat(left).isEmpty();
        }
    }
}
