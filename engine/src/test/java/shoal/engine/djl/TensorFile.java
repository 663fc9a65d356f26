package shoal.engine.djl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fp32 tensors of a small safetensors file. */
final class TensorFile {
    private TensorFile() {}

    static Map<String, float[]> read(Path file) throws IOException {
        return read(Files.readAllBytes(file));
    }

    static Map<String, float[]> read(byte[] bytes) {
        ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = Math.toIntExact(all.getLong());
        byte[] header = new byte[headerBytes];
        all.get(header);
        Map<String, float[]> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry :
                JsonMapper.shared().readTree(header).properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                JsonNode offsets = entry.getValue().get("data_offsets");
                int from = offsets.get(0).asInt();
                int to = offsets.get(1).asInt();
                float[] values = new float[(to - from) / Float.BYTES];
                all.slice(Long.BYTES + headerBytes + from, to - from)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(values);
                tensors.put(entry.getKey(), values);
            }
        }
        return tensors;
    }
}
