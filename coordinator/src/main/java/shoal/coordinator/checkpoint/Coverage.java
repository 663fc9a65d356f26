package shoal.coordinator.checkpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.plan.shard.BlockRange;
import shoal.plan.shard.StateMap;

/**
 * Which elements of those that a worker owns have come, each exactly once. Ranges may come in any
 * order: what touches is merged, so that memory stays small when they come in order. One thread at
 * a time.
 */
final class Coverage {
    private final ParameterTable table;
    private final StateMap map;
    private final StateKind kind;
    private final int worker;
    private final Map<String, TreeMap<Long, Long>> endByStart = new HashMap<>();
    private long elements;

    /** Elements of a parameter, {@code from} included, {@code to} not. */
    private record Owned(long from, long to) {
        long count() {
            return to - from;
        }
    }

    Coverage(ParameterTable table, StateMap map, StateKind kind, int worker) {
        this.kind = kind;
        this.table = table;
        this.map = map;
        this.worker = worker;
    }

    /**
     * Notes a range that came.
     *
     * @throws IllegalArgumentException if it is outside what the worker owns of the parameter, or
     *     came before
     */
    void add(Parameter parameter, long offset, long count) {
        Owned owned = owned(parameter);
        if (count < 1 || offset < owned.from() || offset > owned.to() - count) {
            throw new IllegalArgumentException(
                    count
                            + " elements at "
                            + offset
                            + " are not inside "
                            + parameter.name()
                            + ", of which worker "
                            + worker
                            + " owns "
                            + owned.from()
                            + " to "
                            + owned.to());
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

    /** A parameter of which not all owned elements have come, in words; empty when all have. */
    Optional<String> missing() {
        for (Parameter parameter : table.parameters()) {
            Owned owned = owned(parameter);
            TreeMap<Long, Long> ranges = endByStart.getOrDefault(parameter.name(), new TreeMap<>());
            Long end = ranges.get(owned.from());
            long come = end == null ? 0 : end - owned.from();
            if (come != owned.count()) {
                return Optional.of(
                        "only "
                                + come
                                + " of "
                                + owned.count()
                                + " elements of "
                                + parameter.name()
                                + " came from its start");
            }
        }
        return Optional.empty();
    }

    /** What the worker owns of a parameter, which is one range since it is one of the unit. */
    private Owned owned(Parameter parameter) {
        BlockRange range = map.range(kind, parameter.unit(), worker);
        long from = range.firstElement() - parameter.offsetElements();
        long to = range.endElement() - parameter.offsetElements();
        long elements = kind.elements(parameter);
        long first = Math.max(0, Math.min(from, elements));
        return new Owned(first, Math.max(first, Math.min(to, elements)));
    }
}
