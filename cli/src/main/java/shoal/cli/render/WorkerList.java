package shoal.cli.render;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.proto.v1.WorkerSummary;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/** A coordinator's workers, as a table for people and as JSON for scripts. */
public final class WorkerList {
    private WorkerList() {}

    /** A header and a line per worker; "-" where nothing is known. */
    public static List<String> table(List<WorkerSummary> workers) {
        List<Table.Row> rows = new ArrayList<>();
        rows.add(Table.Row.of("NAME", "STATUS", "RUN", "INDEX", "HOST", "LANES", "PEER", "HEARD"));
        for (WorkerSummary worker : workers) {
            rows.add(
                    Table.Row.of(
                            worker.getName(),
                            status(worker),
                            known(worker.getRun()),
                            worker.hasIndex() ? String.valueOf(worker.getIndex()) : "-",
                            known(worker.getHost()),
                            worker.getLost() ? "-" : String.valueOf(worker.getLanes()),
                            known(worker.getPeer()),
                            worker.hasSilentMillis()
                                    ? worker.getSilentMillis() / 1_000 + "s ago"
                                    : "-"));
        }
        return Table.aligned(rows);
    }

    /**
     * An array of objects with name, status, run, index, host, lanes, peer and silent_millis; null
     * where nothing is known.
     */
    public static String json(List<WorkerSummary> workers) {
        List<JsonValue> array = new ArrayList<>();
        for (WorkerSummary worker : workers) {
            Map<String, JsonValue> members = new LinkedHashMap<>();
            members.put("name", JsonText.of(worker.getName()));
            members.put("status", JsonText.of(status(worker)));
            members.put("run", text(worker.getRun()));
            members.put("index", number(worker.hasIndex(), worker.getIndex()));
            members.put("host", text(worker.getHost()));
            members.put("lanes", number(!worker.getLost(), worker.getLanes()));
            members.put("peer", text(worker.getPeer()));
            members.put(
                    "silent_millis", number(worker.hasSilentMillis(), worker.getSilentMillis()));
            array.add(JsonObject.of(members));
        }
        return JsonWriter.indented(JsonArray.of(array));
    }

    private static String status(WorkerSummary worker) {
        if (worker.getLost()) {
            return "lost";
        }
        return worker.getRun().isEmpty() ? "free" : "busy";
    }

    private static String known(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static JsonValue text(String text) {
        return text.isEmpty() ? new JsonNull(0) : JsonText.of(text);
    }

    private static JsonValue number(boolean known, long number) {
        return known ? JsonNumber.of(number) : new JsonNull(0);
    }
}
