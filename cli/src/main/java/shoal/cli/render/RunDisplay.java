package shoal.cli.render;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.ProcessMemory;
import shoal.proto.v1.Progress;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunReport;
import shoal.proto.v1.RunRestarted;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.StatusChanged;

/**
 * Shows a run's events as they come, and its results at the end.
 *
 * <p>Log rows, notices and the final table go to out; progress and waiting go to err. Called from
 * one thread.
 */
public final class RunDisplay {
    private final Console console;
    private final ProgressBar bar;
    private String shownReason = "";
    private List<LogValue> lastEvaluation = List.of();
    private OptionalInt checkpoint = OptionalInt.empty();
    private @Nullable RunReport report;

    public RunDisplay(Console console, InstantSource clock) {
        this.console = requireNonNull(console, "console");
        this.bar = new ProgressBar(console, requireNonNull(clock, "clock"));
    }

    /** Shows one event of {@code Runs.Watch}. */
    public void show(RunEvent event) {
        switch (event.getKindCase()) {
            case STATUS_CHANGED -> status(event.getStatusChanged());
            case NOTICE -> print("note: " + event.getNotice());
            case LOG_ROW -> logRow(event.getLogRow());
            case PROGRESS -> progress(event.getProgress());
            case REPORT -> report = event.getReport();
            case RESTARTED -> restarted(event.getRestarted());
            case CHECKPOINT -> saved(event.getCheckpoint().getStep());
            case KIND_NOT_SET -> {
                // A newer coordinator's event: nothing that this client can show.
            }
        }
    }

    /** The step of the checkpoint that was sealed last, if one was. */
    public OptionalInt newestCheckpoint() {
        return checkpoint;
    }

    /** A line of its own, without disturbing the bar. */
    public void print(String line) {
        bar.around(() -> console.out().println(line));
    }

    /** A line for whoever waits, kept out of results. */
    public void remark(String line) {
        bar.around(() -> console.err().println(line));
    }

    /** Bytes on their way to or from the coordinator. */
    public void transfer(String what, long doneBytes, long allBytes) {
        bar.other(what + " " + Sizes.bytes(doneBytes) + " of " + Sizes.bytes(allBytes));
    }

    /** Takes the bar off the screen, at the end. */
    public void finish() {
        bar.clear();
    }

    /**
     * The table at the end of a run that was done: seconds, samples/s, peak memory per process,
     * evaluation, and where the model is.
     *
     * @param model where the model is, in words
     */
    public List<String> summary(String model) {
        List<Table.Row> rows = new ArrayList<>();
        RunReport known = report;
        if (known != null) {
            rows.add(Table.Row.of("train seconds", decimals(known.getTrainSeconds(), 1)));
            rows.add(Table.Row.of("samples/s", decimals(known.getSamplesPerSecond(), 1)));
        }
        for (LogValue value : lastEvaluation) {
            if (isMetric(value.getName())) {
                rows.add(Table.Row.of(value.getName(), metric(value)));
            }
        }
        if (known != null) {
            for (ProcessMemory memory : known.getMemoryList()) {
                String peak = Sizes.bytes(memory.getPeakResidentBytes());
                rows.add(Table.Row.of("peak memory, " + memory.getProcess(), peak));
            }
        }
        rows.add(Table.Row.of("model", model));
        return Table.aligned(rows);
    }

    /** What says how good the model is, not how long evaluating it took. */
    private static boolean isMetric(String name) {
        return name.startsWith("eval_")
                && !name.endsWith("_runtime")
                && !name.endsWith("_per_second");
    }

    /** Four digits tell two runs apart; all of them are in the run's rows and files. */
    private static String metric(LogValue value) {
        return value.getIsInteger() ? DictLine.number(value) : decimals(value.getNumber(), 4);
    }

    private void status(StatusChanged change) {
        boolean waits =
                change.getStatus() == RunStatus.QUEUED || change.getStatus() == RunStatus.STARTING;
        if (waits && !change.getReason().isEmpty() && !change.getReason().equals(shownReason)) {
            shownReason = change.getReason();
            remark(change.getStatus().name().toLowerCase(Locale.ROOT) + ": " + shownReason);
        }
    }

    private void logRow(LogRow row) {
        if (row.getValuesList().stream().anyMatch(v -> v.getName().startsWith("eval_"))) {
            lastEvaluation = row.getValuesList();
        }
        print(DictLine.of(row.getValuesList()));
    }

    private void progress(Progress progress) {
        if (progress.getEvaluationRows() > 0) {
            bar.other(
                    "evaluating after step "
                            + progress.getStep()
                            + ": "
                            + progress.getEvaluatedRows()
                            + "/"
                            + progress.getEvaluationRows()
                            + " rows");
        } else {
            bar.steps(progress.getStep(), progress.getSteps());
        }
    }

    private void saved(int step) {
        checkpoint = OptionalInt.of(step);
        remark("saved checkpoint-" + step);
    }

    private void restarted(RunRestarted restarted) {
        lastEvaluation = List.of();
        String from =
                restarted.getStep() == 0 ? "the first step" : "checkpoint-" + restarted.getStep();
        print("restarted from " + from + ": " + restarted.getReason());
    }

    private static String decimals(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
