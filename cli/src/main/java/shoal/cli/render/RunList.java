package shoal.cli.render;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.RunSummary;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/** A coordinator's runs, as a table for people and as JSON for scripts. */
public final class RunList {
    private RunList() {}

    /** A header and a line per run. */
    public static List<String> table(List<RunSummary> runs, Instant now) {
        List<Table.Row> rows = new ArrayList<>();
        rows.add(Table.Row.of("NAME", "STATUS", "STEP", "AGE", "WORKERS", "REASON"));
        for (RunSummary run : runs) {
            rows.add(
                    Table.Row.of(
                            run.getName(),
                            status(run.getStatus()),
                            run.getStep() + "/" + (run.getSteps() == 0 ? "?" : run.getSteps()),
                            age(run, now),
                            workers(run),
                            run.getReason()));
        }
        return Table.aligned(rows);
    }

    /** An array of objects with name, status, step, steps, workers and reason. */
    public static String json(List<RunSummary> runs) {
        List<JsonValue> array = new ArrayList<>();
        for (RunSummary run : runs) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            members.put("name", new JsonText(run.getName(), 0));
            members.put("status", new JsonText(status(run.getStatus()), 0));
            members.put("step", JsonNumber.of(run.getStep()));
            members.put("steps", JsonNumber.of(run.getSteps()));
            List<JsonValue> workers =
                    run.getWorkersList().stream().<JsonValue>map(JsonText::of).toList();
            members.put("workers", JsonArray.of(workers));
            members.put("reason", new JsonText(run.getReason(), 0));
            array.add(JsonObject.of(members));
        }
        return JsonWriter.indented(new JsonArray(array, 0));
    }

    /** "running", "done", as users and scripts read it. */
    public static String status(RunStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** Names of those that compute it, or did. */
    private static String workers(RunSummary run) {
        return run.getWorkersCount() == 0 ? "-" : String.join(",", run.getWorkersList());
    }

    private static String age(RunSummary run, Instant now) {
        Duration age = Duration.between(Instant.ofEpochMilli(run.getSubmittedMillis()), now);
        if (age.toDays() > 0) {
            return age.toDays() + "d";
        }
        if (age.toHours() > 0) {
            return age.toHours() + "h";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + "m" : Math.max(0, age.toSeconds()) + "s";
    }
}
