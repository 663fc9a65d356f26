package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Through NCCL on devices of this process, in a window that frames wrap around in. */
final class NcclExchangeTest extends ExchangeContract {
    private final FakeNccl devices = new FakeNccl();

    @Override
    Cluster open(List<? extends Receiver> receivers) throws Exception {
        Cluster cluster = NcclCrews.cluster(receivers, devices::device);
        assertThat(cluster.all())
                .allMatch(
                        each ->
                                each.path()
                                        .equals(
                                                "workers exchange through NCCL: each has a device"
                                                        + " of its own"));
        return cluster;
    }

    @Override
    int windowPieces() {
        return NcclCrews.WINDOW_PIECES;
    }

    @AfterEach
    void no_rule_is_broken_and_nothing_is_left() {
        assertThat(devices.broken()).isEmpty();
        assertThat(devices.open()).isZero();
    }
}
