package shoal.testkit.whole;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import shoal.proto.v1.StatusChanged;

/**
 * How a run ended.
 *
 * @param last its last status
 * @param rows its log, names and values in order
 * @param output where the coordinator put the result
 */
public record RunOutcome(StatusChanged last, List<Map<String, Double>> rows, Path output) {
    public RunOutcome {
        rows = List.copyOf(rows);
    }
}
