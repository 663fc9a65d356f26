package shoal.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.proto.v1.WorkerSummary;

final class WorkerListTest {
    private static final List<WorkerSummary> WORKERS =
            List.of(
                    WorkerSummary.newBuilder()
                            .setName("w1")
                            .setHost("node-a")
                            .setLanes(16)
                            .setPeer("10.0.0.2:40001")
                            .setRun("hotel-reviews")
                            .setIndex(0)
                            .setSilentMillis(900)
                            .build(),
                    WorkerSummary.newBuilder()
                            .setName("w2")
                            .setLost(true)
                            .setRun("hotel-reviews")
                            .setIndex(1)
                            .build(),
                    WorkerSummary.newBuilder()
                            .setName("w3")
                            .setHost("b")
                            .setLanes(2)
                            .setSilentMillis(2_100)
                            .build());

    @Test
    void the_table_is_aligned() {
        assertThat(WorkerList.table(WORKERS))
                .containsExactly(
                        "NAME  STATUS  RUN            INDEX  HOST    LANES  PEER            HEARD",
                        "w1    busy    hotel-reviews  0      node-a  16     10.0.0.2:40001  0s ago",
                        "w2    lost    hotel-reviews  1      -       -      -               -",
                        "w3    free    -              -      b       2      -               2s ago");
    }

    @Test
    void scripts_find_null_where_nothing_is_known() {
        assertThat(WorkerList.json(WORKERS.subList(0, 2)))
                .isEqualTo(
                        """
                        [
                          {
                            "name": "w1",
                            "status": "busy",
                            "run": "hotel-reviews",
                            "index": 0,
                            "host": "node-a",
                            "lanes": 16,
                            "peer": "10.0.0.2:40001",
                            "silent_millis": 900
                          },
                          {
                            "name": "w2",
                            "status": "lost",
                            "run": "hotel-reviews",
                            "index": 1,
                            "host": null,
                            "lanes": null,
                            "peer": null,
                            "silent_millis": null
                          }
                        ]
                        """);
    }

    @Test
    void no_workers_are_an_empty_array() {
        assertThat(WorkerList.json(List.of())).isEqualTo("[]\n");
    }
}
