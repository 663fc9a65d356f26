package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import shoal.worker.exchange.nccl.HostDevices;

/** Through the binding, over memory of this host in place of devices. */
final class CudaExchangeTest extends ExchangeContract {
    @TempDir private static Path folder;

    private final HostDevices devices = HostDevices.build(folder);

    CudaExchangeTest() throws Exception {}

    @Override
    Cluster open(List<? extends Receiver> receivers) throws Exception {
        Cluster cluster =
                NcclCrews.cluster(
                        receivers, name -> devices.open(name.charAt(name.length() - 1) - '0'));
        assertThat(cluster.all())
                .allMatch(each -> each.path().startsWith("workers exchange through NCCL"));
        return cluster;
    }

    @Override
    int windowPieces() {
        return NcclCrews.WINDOW_PIECES;
    }

    @AfterEach
    void nothing_is_left() {
        assertThat(devices.live()).isZero();
    }
}
