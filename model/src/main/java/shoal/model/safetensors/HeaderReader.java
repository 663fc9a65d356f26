package shoal.model.safetensors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.model.json.Json;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonValue;

/** Reads and checks the JSON header of a safetensors file. */
final class HeaderReader {
    private static final String METADATA = "__metadata__";

    /** Values of a header, about 100 bytes each once read: 20,000 tensors have some 10 each. */
    private static final int COMMAS = 16 * SafetensorsFile.TENSORS;

    private final String shownName;
    private final long dataBytes;

    private HeaderReader(String shownName, long dataBytes) {
        this.shownName = shownName;
        this.dataBytes = dataBytes;
    }

    /**
     * Every tensor, in the order of the file.
     *
     * @param dataBytes bytes that follow the header
     * @throws UserException naming the tensor that is wrong
     */
    static Map<String, HeaderEntry> read(byte[] header, String shownName, long dataBytes) {
        if (header[0] != '{') {
            throw new UserException(
                    shownName, "is not a safetensors file: its header is not a JSON object.");
        }
        int commas = 0;
        for (byte each : header) {
            commas += each == ',' ? 1 : 0;
        }
        if (commas > COMMAS) {
            throw new UserException(
                    shownName,
                    "has a header of " + commas + " values; at most " + COMMAS + " are read.");
        }
        return new HeaderReader(shownName, dataBytes)
                .places(JsonReader.readObject(header, shownName + " (header)"));
    }

    private Map<String, HeaderEntry> places(JsonObject header) {
        if (header.members().size() > SafetensorsFile.TENSORS + 1) {
            throw new UserException(
                    shownName,
                    "lists "
                            + header.members().size()
                            + " tensors; at most "
                            + SafetensorsFile.TENSORS
                            + " are read.");
        }
        Map<String, HeaderEntry> places = new LinkedHashMap<>();
        header.members()
                .forEach(
                        (name, entry) -> {
                            if (!name.equals(METADATA)) {
                                places.put(name, place(name, entry));
                            }
                        });
        checkContiguous(places);
        return places;
    }

    private HeaderEntry place(String name, JsonValue entry) {
        if (!(entry instanceof JsonObject fields)) {
            throw wrong(name, "is " + entry.inWords() + ", expected an object");
        }
        for (String key : fields.members().keySet()) {
            if (!List.of("dtype", "shape", "data_offsets").contains(key)) {
                throw wrong(name, "has the unknown key \"" + key + "\"");
            }
        }
        JsonValue dtype = fields.member("dtype").orElse(Json.NULL);
        ElementType type =
                Json.text(fields, "dtype")
                        .flatMap(ElementType::named)
                        .orElseThrow(() -> wrong(name, "has the dtype " + dtype.inWords()));
        List<Long> shape = wholes(name, "shape", fields);
        List<Long> offsets = wholes(name, "data_offsets", fields);
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw wrong(name, "has data_offsets " + offsets + ", expected [begin, end]");
        }
        checkSize(name, new TensorInfo(type, shape), offsets.get(1) - offsets.get(0));
        return new HeaderEntry(new TensorInfo(type, shape), offsets.get(0), offsets.get(1));
    }

    private List<Long> wholes(String name, String key, JsonObject fields) {
        JsonValue value = fields.member(key).orElse(Json.NULL);
        if (!(value instanceof JsonArray items)) {
            throw wrong(name, key + " is " + value.inWords() + ", expected a list");
        }
        List<Long> wholes = new ArrayList<>();
        for (JsonValue item : items.values()) {
            long whole = Json.integer(item).orElse(-1);
            if (whole < 0) {
                throw wrong(name, key + " holds " + item.inWords());
            }
            wholes.add(whole);
        }
        return wholes;
    }

    private void checkSize(String name, TensorInfo info, long bytes) {
        long expected;
        try {
            expected = Math.multiplyExact(info.sizeElements(), (long) info.type().sizeBytes());
        } catch (ArithmeticException tooLarge) {
            throw wrong(name, "has the shape " + info.shape() + ", beyond 64 bits");
        }
        if (expected != bytes) {
            throw wrong(
                    name,
                    String.format(
                            "has %d bytes, but %s of shape %s needs %d",
                            bytes, info.type(), info.shape(), expected));
        }
    }

    private void checkContiguous(Map<String, HeaderEntry> places) {
        List<Map.Entry<String, HeaderEntry>> byBegin = new ArrayList<>(places.entrySet());
        byBegin.sort(
                Comparator.comparingLong(
                                (Map.Entry<String, HeaderEntry> each) -> each.getValue().begin())
                        .thenComparingLong(each -> each.getValue().end()));
        long end = 0;
        String before = "the header";
        for (Map.Entry<String, HeaderEntry> each : byBegin) {
            HeaderEntry place = each.getValue();
            if (place.begin() < end) {
                throw wrong(each.getKey(), "overlaps " + before);
            }
            if (place.begin() > end) {
                throw wrong(
                        each.getKey(),
                        "starts at " + place.begin() + ", but " + before + " ends at " + end);
            }
            end = place.end();
            before = each.getKey();
        }
        checkEnd(end, before);
    }

    private void checkEnd(long end, String last) {
        if (end > dataBytes) {
            throw new UserException(
                    shownName,
                    String.format(
                            "is truncated: its tensors need %d bytes (the last one is %s), but"
                                    + " only %d follow the header. Copy it again.",
                            end, last, dataBytes));
        }
        if (end < dataBytes) {
            throw new UserException(
                    shownName,
                    String.format(
                            "has %d bytes behind its last tensor (%s) that no tensor owns.",
                            dataBytes - end, last));
        }
    }

    private UserException wrong(String name, String what) {
        String shown = name.length() <= 200 ? name : name.substring(0, 200) + "…";
        return new UserException(
                shownName, "The tensor " + shown + " " + what + ". The file is damaged.");
    }
}
