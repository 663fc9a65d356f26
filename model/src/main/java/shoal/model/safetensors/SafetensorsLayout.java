package shoal.model.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.model.json.Members;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * Where every byte of a classifier's model.safetensors or optimizer.safetensors lies, so that
 * ranges of units can be written as they arrive. A pure function of the table; immutable.
 *
 * <p>The layout is HF's: fp32, tensors by name, {@code __metadata__} {"format": "pt"}, the header
 * padded with spaces to a multiple of 8 bytes (safetensors 0.6, {@code prepare}).
 */
public final class SafetensorsLayout {
    /** The single number of optimizer.safetensors: updates done, as torch keeps it in fp32. */
    public static final String STEP = "step";

    private static final int HEADER_ALIGNMENT = 8;

    private final ParameterTable table;
    private final byte[] header;
    private final Map<String, Long> positions;
    private final long sizeBytes;

    private SafetensorsLayout(
            ParameterTable table, byte[] header, Map<String, Long> positions, long sizeBytes) {
        this.table = table;
        this.header = header;
        this.positions = positions;
        this.sizeBytes = sizeBytes;
    }

    /** model.safetensors: every parameter. */
    public static SafetensorsLayout of(ParameterTable table) {
        return laidOut(table, shapes(table, StateKind.PARAMETER));
    }

    /**
     * optimizer.safetensors: state of every parameter but the parameter itself, and {@link #STEP}.
     */
    public static SafetensorsLayout ofOptimizer(ParameterTable table, List<StateKind> kinds) {
        Map<String, List<Integer>> shapes = new TreeMap<>();
        for (StateKind kind : kinds) {
            if (!kind.equals(StateKind.PARAMETER)) {
                shapes.putAll(shapes(table, kind));
            }
        }
        shapes.put(STEP, List.of());
        return laidOut(table, shapes);
    }

    /** By tensor name, in the order of the file. */
    private static Map<String, List<Integer>> shapes(ParameterTable table, StateKind kind) {
        Map<String, List<Integer>> shapes = new TreeMap<>();
        for (Parameter parameter : table.parameters()) {
            shapes.put(kind.tensorName(parameter), kind.shape(parameter));
        }
        return shapes;
    }

    private static SafetensorsLayout laidOut(
            ParameterTable table, Map<String, List<Integer>> shapes) {
        Members entries = new Members();
        entries.put("__metadata__", new Members().text("format", "pt").object());
        Map<String, Long> offsets = new LinkedHashMap<>();
        long end = 0;
        for (Map.Entry<String, List<Integer>> tensor : shapes.entrySet()) {
            offsets.put(tensor.getKey(), end);
            long next = Math.addExact(end, bytes(tensor.getValue()));
            entries.put(tensor.getKey(), entry(tensor.getValue(), end, next));
            end = next;
        }
        byte[] header = padded(JsonWriter.compact(entries.object()));
        Map<String, Long> positions = new LinkedHashMap<>();
        offsets.forEach((name, offset) -> positions.put(name, header.length + offset));
        return new SafetensorsLayout(table, header, positions, header.length + end);
    }

    private static long bytes(List<Integer> shape) {
        long bytes = Float.BYTES;
        for (int dimension : shape) {
            bytes = Math.multiplyExact(bytes, (long) dimension);
        }
        return bytes;
    }

    private static JsonValue entry(List<Integer> shape, long begin, long end) {
        List<JsonValue> dimensions = new ArrayList<>();
        shape.forEach(dimension -> dimensions.add(JsonNumber.of(dimension)));
        List<JsonValue> offsets = List.of(JsonNumber.of(begin), JsonNumber.of(end));
        return new Members()
                .text("dtype", "F32")
                .put("shape", JsonArray.of(dimensions))
                .put("data_offsets", JsonArray.of(offsets))
                .object();
    }

    /** The size field and the header, padded. */
    private static byte[] padded(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        int size = (text.length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(8 + size).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(size).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    /** The bytes before the first tensor. A copy. */
    public byte[] headerBytes() {
        return header.clone();
    }

    /** The whole file. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** The file position of a tensor's first byte. */
    public long positionBytes(String tensor) {
        Long position = positions.get(tensor);
        if (position == null) {
            throw new IllegalArgumentException(tensor + " is not in this layout");
        }
        return position;
    }

    /**
     * A part of a unit's range that is one run of bytes in the file.
     *
     * @param positionBytes in the file
     * @param offsetElements from the start of the range asked for
     * @param sizeElements at least 1
     */
    public record Piece(long positionBytes, long offsetElements, long sizeElements) {}

    /** The pieces of a unit's range, in order; what is in no tensor is left out. */
    public List<Piece> pieces(StateKind kind, int unit, long offsetElements, long sizeElements) {
        Unit whole = table.units().get(unit);
        if (offsetElements < 0
                || sizeElements < 0
                || offsetElements > whole.sizeElements() - sizeElements) {
            throw new IllegalArgumentException(
                    String.format(
                            "%d elements from %d are outside of %s, which has %d",
                            sizeElements, offsetElements, whole.name(), whole.sizeElements()));
        }
        long end = offsetElements + sizeElements;
        List<Piece> pieces = new ArrayList<>();
        for (Parameter parameter : whole.parameters()) {
            long from = Math.max(offsetElements, parameter.offsetElements());
            long to = Math.min(end, parameter.offsetElements() + kind.elements(parameter));
            if (from < to) {
                long within = (from - parameter.offsetElements()) * Float.BYTES;
                pieces.add(
                        new Piece(
                                positionBytes(kind.tensorName(parameter)) + within,
                                from - offsetElements,
                                to - from));
            }
        }
        return pieces;
    }
}
