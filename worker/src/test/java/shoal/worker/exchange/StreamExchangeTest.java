package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

/** Over gRPC streams alone, in a window of one piece. */
final class StreamExchangeTest extends ExchangeContract {
    @Override
    Cluster open(List<? extends Receiver> receivers) throws Exception {
        Cluster cluster = Crews.cluster(receivers, Crews.settings(Optional.empty(), 1));
        assertThat(cluster.all()).allMatch(each -> each.counts().peersThroughMemory() == 0);
        return cluster;
    }

    @Override
    int windowPieces() {
        return 1;
    }
}
