package shoal.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;

final class RunListTest {
    private static final List<RunSummary> RUNS =
            List.of(
                    RunSummary.newBuilder()
                            .setName("b2")
                            .setStatus(RunStatus.QUEUED)
                            .setReason("waits for 1 worker")
                            .setSubmittedMillis(95_000)
                            .build(),
                    RunSummary.newBuilder()
                            .setName("hotel-reviews")
                            .setStatus(RunStatus.RUNNING)
                            .setStep(12)
                            .setSteps(300)
                            .addAllWorkers(List.of("w1", "w2"))
                            .setSubmittedMillis(10_000)
                            .build());

    @Test
    void the_table_is_aligned() {
        assertThat(RunList.table(RUNS, Instant.ofEpochMilli(100_000)))
                .containsExactly(
                        "NAME           STATUS   STEP    AGE  WORKERS  REASON",
                        "b2             queued   0/?     5s   -        waits for 1 worker",
                        "hotel-reviews  running  12/300  1m   w1,w2");
    }

    @Test
    void scripts_find_name_status_step_and_steps() {
        assertThat(RunList.json(RUNS.subList(1, 2)))
                .isEqualTo(
                        """
                        [
                          {
                            "name": "hotel-reviews",
                            "status": "running",
                            "step": 12,
                            "steps": 300,
                            "workers": [
                              "w1",
                              "w2"
                            ],
                            "reason": ""
                          }
                        ]
                        """);
    }

    @Test
    void no_runs_are_an_empty_array() {
        assertThat(RunList.json(List.of())).isEqualTo("[]\n");
    }
}
