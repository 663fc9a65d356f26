package shoal.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.ProcessMemory;
import shoal.proto.v1.Progress;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunReport;
import shoal.proto.v1.RunRestarted;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.StatusChanged;

final class RunDisplayTest {
    private static final String CLEAR = "\r\u001b[K";

    private final HandClock clock = new HandClock();

    @Test
    void results_go_to_out_and_waiting_goes_to_err() {
        Screen screen = Screen.file();
        RunDisplay display = new RunDisplay(screen.console(), clock);

        display.show(status(RunStatus.QUEUED, "no worker is free"));
        display.show(status(RunStatus.QUEUED, "no worker is free"));
        display.show(RunEvent.newBuilder().setNotice("skipped 2 lines").build());
        display.show(row("loss", 0.5));

        assertThat(screen.err()).isEqualTo("queued: no worker is free\n");
        assertThat(screen.out()).isEqualTo("note: skipped 2 lines\n{'loss': 0.5}\n");
    }

    @Test
    void a_file_gets_a_progress_line_every_ten_seconds_and_at_the_end() {
        Screen screen = Screen.file();
        RunDisplay display = new RunDisplay(screen.console(), clock);

        for (int step = 0; step <= 24; step++) {
            display.show(progress(step, 24));
            clock.advance(Duration.ofSeconds(1));
        }
        display.show(progress(24, 24));

        assertThat(screen.err().lines())
                .containsExactly(
                        "step 0/24 (0%)",
                        "step 10/24 (41%), 1.00 steps/s, 00:14 left",
                        "step 20/24 (83%), 1.00 steps/s, 00:04 left",
                        "step 24/24 (100%), 1.00 steps/s, 00:00 left");
        assertThat(screen.out()).isEmpty();
    }

    @Test
    void a_terminal_keeps_the_bar_below_what_is_printed() {
        Screen screen = Screen.terminal(60);
        RunDisplay display = new RunDisplay(screen.console(), clock);

        display.show(progress(1, 4));
        display.show(row("loss", 0.5));
        display.finish();

        String bar = new ProgressLine(1, 4, Duration.ZERO, 0).bar(60);
        assertThat(screen.err()).isEqualTo(CLEAR + bar + CLEAR + bar + CLEAR);
        assertThat(screen.out()).isEqualTo("{'loss': 0.5}\n");
    }

    @Test
    void an_evaluation_shows_its_rows() {
        Screen screen = Screen.file();
        RunDisplay display = new RunDisplay(screen.console(), clock);

        display.show(
                RunEvent.newBuilder()
                        .setProgress(
                                Progress.newBuilder()
                                        .setStep(100)
                                        .setSteps(300)
                                        .setEvaluatedRows(320)
                                        .setEvaluationRows(400))
                        .build());

        assertThat(screen.err()).isEqualTo("evaluating after step 100: 320/400 rows\n");
    }

    @Test
    void the_summary_lists_time_memory_and_the_last_evaluation() {
        RunDisplay display = new RunDisplay(Screen.file().console(), clock);

        display.show(row("eval_loss", 0.9));
        display.show(row("eval_loss", 0.6843750000000001));
        display.show(row("loss", 0.1));
        display.show(
                RunEvent.newBuilder()
                        .setReport(
                                RunReport.newBuilder()
                                        .setTrainSeconds(61.96)
                                        .setSamplesPerSecond(96.84)
                                        .addMemory(memory("coordinator", 150))
                                        .addMemory(memory("worker w1", 1_500)))
                        .build());

        assertThat(display.summary("output"))
                .containsExactly(
                        "train seconds             62.0",
                        "samples/s                 96.8",
                        "eval_loss                 0.6844",
                        "peak memory, coordinator  150 MiB",
                        "peak memory, worker w1    1.5 GiB",
                        "model                     output");
    }

    @Test
    void a_restart_is_told_and_forgets_the_evaluation_before_it() {
        Screen screen = Screen.file();
        RunDisplay display = new RunDisplay(screen.console(), clock);

        display.show(row("eval_loss", 0.9));
        display.show(
                RunEvent.newBuilder()
                        .setRestarted(RunRestarted.newBuilder().setReason("worker w1 is lost"))
                        .build());

        assertThat(screen.out()).endsWith("restarted from the first step: worker w1 is lost\n");
        assertThat(display.summary("output")).isEqualTo(List.of("model  output"));
    }

    private static ProcessMemory memory(String process, long mebibytes) {
        return ProcessMemory.newBuilder()
                .setProcess(process)
                .setPeakResidentBytes(mebibytes << 20)
                .build();
    }

    private static RunEvent status(RunStatus status, String reason) {
        return RunEvent.newBuilder()
                .setStatusChanged(StatusChanged.newBuilder().setStatus(status).setReason(reason))
                .build();
    }

    private static RunEvent progress(int step, int steps) {
        return RunEvent.newBuilder()
                .setProgress(Progress.newBuilder().setStep(step).setSteps(steps))
                .build();
    }

    private static RunEvent row(String name, double number) {
        LogValue value = LogValue.newBuilder().setName(name).setNumber(number).build();
        return RunEvent.newBuilder().setLogRow(LogRow.newBuilder().addValues(value)).build();
    }
}
