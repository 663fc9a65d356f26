package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import shoal.worker.stop.StopSignal;

final class MemoryExchangeTest extends ExchangeContract {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static long openings;

    @BeforeAll
    static void say_how_to_replay() {
        System.out.println("replay: mvn test -Dtest=MemoryExchangeTest -DargLine=-Dseed=" + SEED);
    }

    @Override
    Cluster open(List<? extends Receiver> receivers) {
        MemoryExchanges exchanges = MemoryExchanges.open(receivers, 1, SEED + openings++);
        return new Cluster() {
            @Override
            public List<Exchange> all() {
                return exchanges.all();
            }

            @Override
            public void close() {
                exchanges.close();
            }
        };
    }

    @Override
    int windowPieces() {
        return 1;
    }

    /** Nobody waits for its own receiver, so that one piece of room everywhere is enough. */
    @RepeatedTest(50)
    void rooms_of_one_piece_do_not_make_three_workers_wait_for_each_other() throws Exception {
        StopSignal stop = new StopSignal();
        List<OneSlot> receivers = List.of(new OneSlot(), new OneSlot(), new OneSlot());
        try (Cluster cluster = open(receivers)) {
            for (int index = 0; index < 3; index++) {
                receivers.get(index).empties(cluster.of(index));
            }
            runAll(
                    3,
                    index -> {
                        for (int unit = 0; unit < 6; unit++) {
                            for (int to = 0; to < 3; to++) {
                                if (to != index) {
                                    RangeHeader range = node(unit, 0, 4 * 16);
                                    cluster.of(index).send(to, range, values(range, unit), stop);
                                    RangeHeader result = parameters(unit, 16);
                                    cluster.of(index).send(to, result, values(result, 1), stop);
                                }
                            }
                        }
                        cluster.of(index).barrier(stop);
                    });
            assertThat(receivers).allMatch(receiver -> receiver.taken() == 2 * 6 * 2);
            receivers.forEach(OneSlot::end);
        }
    }
}
