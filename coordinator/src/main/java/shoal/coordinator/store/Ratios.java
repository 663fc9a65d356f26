package shoal.coordinator.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A column of trust ratios: big-endian fp32. */
final class Ratios {
    private Ratios() {}

    static byte[] bytes(List<Float> ratios) {
        ByteBuffer bytes = ByteBuffer.allocate(ratios.size() * Float.BYTES);
        ratios.forEach(bytes::putFloat);
        return bytes.array();
    }

    static List<Float> of(byte[] bytes) {
        List<Float> ratios = new ArrayList<>();
        ByteBuffer values = ByteBuffer.wrap(bytes);
        while (values.hasRemaining()) {
            ratios.add(values.getFloat());
        }
        return ratios;
    }
}
