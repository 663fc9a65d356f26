package shoal.coordinator.checkpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import shoal.model.Parameter;
import shoal.model.ParameterTable;

/**
 * Which elements of which parameters have come, each exactly once. Ranges may come in any order:
 * what touches is merged, so that memory stays small when they come in order. One thread at a time.
 */
final class Coverage {
    private final ParameterTable table;
    private final Map<String, TreeMap<Long, Long>> endByStart = new HashMap<>();
    private long elements;

    Coverage(ParameterTable table) {
        this.table = table;
    }

    /**
     * Notes a range that came.
     *
     * @throws IllegalArgumentException if it is outside the parameter or came before
     */
    void add(Parameter parameter, long offset, long count) {
        if (count < 1 || offset < 0 || offset > parameter.sizeElements() - count) {
            throw new IllegalArgumentException(
                    count
                            + " elements at "
                            + offset
                            + " are not inside "
                            + parameter.name()
                            + ", which has "
                            + parameter.sizeElements());
        }
        TreeMap<Long, Long> ranges =
                endByStart.computeIfAbsent(parameter.name(), name -> new TreeMap<>());
        long start = offset;
        long end = offset + count;
        Map.Entry<Long, Long> before = ranges.floorEntry(start);
        Map.Entry<Long, Long> after = ranges.ceilingEntry(start);
        if ((before != null && before.getValue() > start)
                || (after != null && after.getKey() < end)) {
            throw new IllegalArgumentException(
                    "elements " + start + " to " + end + " of " + parameter.name() + " came twice");
        }
        if (before != null && before.getValue() == start) {
            start = before.getKey();
        }
        if (after != null && after.getKey() == end) {
            end = after.getValue();
            ranges.remove(after.getKey());
        }
        ranges.put(start, end);
        elements += count;
    }

    /** Elements that have come. */
    long elements() {
        return elements;
    }

    /** A parameter that has not come whole, in words; empty when all have. */
    Optional<String> missing() {
        for (Parameter parameter : table.parameters()) {
            TreeMap<Long, Long> ranges = endByStart.getOrDefault(parameter.name(), new TreeMap<>());
            Long end = ranges.get(0L);
            long whole = end == null ? 0 : end;
            if (whole != parameter.sizeElements()) {
                return Optional.of(
                        "only "
                                + whole
                                + " of "
                                + parameter.sizeElements()
                                + " elements of "
                                + parameter.name()
                                + " came from its start");
            }
        }
        return Optional.empty();
    }
}
