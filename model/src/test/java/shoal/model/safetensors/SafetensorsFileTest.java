package shoal.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.Refused;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;

class SafetensorsFileTest {
    @TempDir Path folder;

    @Test
    void tensors_are_listed_and_read_from_any_element() throws IOException {
        Path file =
                write(
                        "{\"__metadata__\":{\"format\":\"pt\"},"
                                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                                + "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[16,16]},"
                                + "\"one\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[16,20]}}  ",
                        floats(1, 2, 3, 4, 5));

        try (TensorFile open = SafetensorsFile.open(file, "m")) {
            assertThat(open.tensors())
                    .containsEntry("a", new TensorInfo(ElementType.F32, List.of(2L, 2L)))
                    .containsEntry("one", new TensorInfo(ElementType.F32, List.of()))
                    .hasSize(3);
            assertThat(values(open, "a", 1, 2)).containsExactly(2, 3);
            assertThat(values(open, "one", 0, 1)).containsExactly(5);
            assertThat(values(open, "empty", 0, 0)).isEmpty();
        }
    }

    @Test
    void halves_are_widened_exactly() throws IOException {
        Path file =
                write(
                        "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"
                                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]}}",
                        shorts(0x3C00, 0xC000, 0x0001, 0x7C00, 0x8000, 0x7BFF, 0x3F80, 0xC049));

        try (TensorFile open = SafetensorsFile.open(file, "m")) {
            assertThat(values(open, "h", 0, 6))
                    .containsExactly(1f, -2f, 0x1p-24f, Float.POSITIVE_INFINITY, -0f, 65_504f);
            assertThat(values(open, "b", 1, 1)).containsExactly(-3.140625f);
        }
    }

    @Test
    void the_same_weights_in_three_types_agree_to_their_precision() {
        try (TensorFile wide = golden("language/f32.safetensors");
                TensorFile half = golden("language/f16.safetensors");
                TensorFile brain = golden("language/bf16.safetensors")) {
            assertThat(half.tensors().keySet()).isEqualTo(wide.tensors().keySet());
            wide.tensors()
                    .forEach(
                            (name, info) -> {
                                int size = (int) info.sizeElements();
                                float[] exact = values(wide, name, 0, size);
                                assertClose(values(half, name, 0, size), exact, 0x1p-11f);
                                assertClose(values(brain, name, 0, size), exact, 0x1p-8f);
                            });
        }
    }

    /** Half a unit in the last place of the type, and 2^-25 where F16 has no smaller values. */
    private static void assertClose(float[] rounded, float[] exact, float relative) {
        for (int i = 0; i < exact.length; i++) {
            assertThat(Math.abs(rounded[i] - exact[i]))
                    .isLessThanOrEqualTo(Math.max(Math.abs(exact[i]) * relative, 0x1p-25f));
        }
    }

    @Test
    void a_read_outside_a_tensor_is_our_bug() throws IOException {
        Path file = write("{\"a\":" + entry("[2]", "[0,8]") + "}", floats(1, 2));

        try (TensorFile open = SafetensorsFile.open(file, "m")) {
            assertThatThrownBy(() -> values(open, "a", 1, 2))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> values(open, "b", 0, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_missing_file_is_named() {
        assertThat(Refused.by(() -> SafetensorsFile.open(folder.resolve("x"), "m/x")))
                .containsExactly("m/x: There is no such file.");
    }

    @Test
    void a_file_shorter_than_its_size_field_is_refused() throws IOException {
        Path file = folder.resolve("m.safetensors");
        Files.write(file, new byte[5]);

        assertThat(Refused.by(() -> SafetensorsFile.open(file, "m")))
                .containsExactly("m: has 5 bytes, too few for a safetensors file. Copy it again.");
    }

    @Test
    void elements_of_64_bits_are_rounded_to_the_nearest() throws IOException {
        byte[] doubles =
                little(32)
                        .putDouble(0.1)
                        .putDouble(1e300)
                        .putDouble(-1e-50)
                        .putDouble(16_777_217)
                        .array();
        Path file =
                write("{\"d\":{\"dtype\":\"F64\",\"shape\":[4],\"data_offsets\":[0,32]}}", doubles);

        try (TensorFile open = SafetensorsFile.open(file, "m")) {
            ByteBuffer values = little(16);
            open.read("d", 0, values);
            values.flip();

            assertThat(values.getFloat()).isEqualTo(0.1f);
            assertThat(values.getFloat()).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(values.getFloat()).isEqualTo(-0.0f);
            assertThat(values.getFloat()).isEqualTo(16_777_216f);
        }
    }

    @Test
    void a_header_beyond_the_bound_is_refused_before_it_is_read() throws IOException {
        Path file = folder.resolve("m.safetensors");
        Files.write(file, little(16).putLong(-2).putLong(0).array());

        assertThat(Refused.by(() -> SafetensorsFile.open(file, "m")))
                .containsExactly(
                        "m: claims a header of 18446744073709551614 bytes, expected 2 to 10485760:"
                                + " it is not a safetensors file.");
    }

    @Test
    void a_file_that_ends_inside_its_header_is_truncated() throws IOException {
        Path file = folder.resolve("m.safetensors");
        Files.write(file, little(16).putLong(100).putLong(0).array());

        assertThat(Refused.by(() -> SafetensorsFile.open(file, "m")))
                .containsExactly(
                        "m: is truncated: its header has 100 bytes, but only 8 follow. Copy it"
                                + " again.");
    }

    @Test
    void a_file_that_ends_inside_a_tensor_is_truncated() throws IOException {
        assertThat(refused("{\"a\":" + entry("[4]", "[0,16]") + "}", floats(1, 2, 3)))
                .containsExactly(
                        "m: is truncated: its tensors need 16 bytes (the last one is a), but only 12"
                                + " follow the header. Copy it again.");
    }

    @Test
    void bytes_that_no_tensor_owns_are_refused() throws IOException {
        assertThat(refused("{\"a\":" + entry("[1]", "[0,4]") + "}", floats(1, 2)))
                .containsExactly("m: has 4 bytes behind its last tensor (a) that no tensor owns.");
    }

    @Test
    void overlapping_tensors_are_refused() throws IOException {
        String header =
                "{\"a\":" + entry("[2]", "[0,8]") + ",\"b\":" + entry("[2]", "[4,12]") + "}";

        assertThat(refused(header, floats(1, 2, 3)))
                .containsExactly("m: The tensor b overlaps a. The file is damaged.");
    }

    @Test
    void gaps_between_tensors_are_refused() throws IOException {
        String header =
                "{\"a\":" + entry("[1]", "[0,4]") + ",\"b\":" + entry("[1]", "[8,12]") + "}";

        assertThat(refused(header, floats(1, 2, 3)))
                .containsExactly(
                        "m: The tensor b starts at 8, but a ends at 4. The file is damaged.");
    }

    @Test
    void a_shape_that_does_not_fit_its_bytes_is_refused() throws IOException {
        assertThat(refused("{\"a\":" + entry("[3]", "[0,8]") + "}", floats(1, 2)))
                .containsExactly(
                        "m: The tensor a has 8 bytes, but F32 of shape [3] needs 12. The file is"
                                + " damaged.");
    }

    @Test
    void a_shape_beyond_64_bits_is_refused() throws IOException {
        String shape = "[4294967296,4294967296]";

        assertThat(refused("{\"a\":" + entry(shape, "[0,0]") + "}", floats()))
                .containsExactly(
                        "m: The tensor a has the shape [4294967296, 4294967296], beyond 64 bits. The"
                                + " file is damaged.");
    }

    @Test
    void malformed_entries_are_named() throws IOException {
        assertThat(refused("{\"a\":3}", floats()))
                .containsExactly("m: The tensor a is 3, expected an object. The file is damaged.");
        assertThat(refused("{\"a\":" + entry("[-1]", "[0,4]") + "}", floats(1)))
                .containsExactly("m: The tensor a shape holds -1. The file is damaged.");
        assertThat(refused("{\"a\":" + entry("2", "[0,4]") + "}", floats(1)))
                .containsExactly(
                        "m: The tensor a shape is 2, expected a list. The file is damaged.");
        assertThat(refused("{\"a\":" + entry("[1]", "[4,0]") + "}", floats(1)))
                .containsExactly(
                        "m: The tensor a has data_offsets [4, 0], expected [begin, end]. The file"
                                + " is damaged.");
        assertThat(
                        refused(
                                "{\"a\":" + entry("[1]", "[0,4]").replace("F32", "F33") + "}",
                                floats(1)))
                .containsExactly("m: The tensor a has the dtype \"F33\". The file is damaged.");
        assertThat(refused("{\"a\":{\"x\":1}}", floats()))
                .containsExactly("m: The tensor a has the unknown key \"x\". The file is damaged.");
    }

    @Test
    void a_header_that_is_not_json_is_refused() throws IOException {
        assertThat(refused("[\"a\"]", floats()))
                .containsExactly("m: is not a safetensors file: its header is not a JSON object.");
        assertThat(refused("{\"a\":", floats()))
                .singleElement()
                .asString()
                .startsWith("m (header)");
        assertThat(refused("{\"a\":1,\"a\":2}", floats()))
                .singleElement()
                .asString()
                .contains("twice");
    }

    @Test
    void more_tensors_than_the_bound_are_refused() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= SafetensorsFile.TENSORS + 1; i++) {
            header.append(i == 0 ? "" : ",").append('"').append(i).append("\":");
            header.append(entry("[0]", "[0,0]"));
        }

        assertThat(refused(header.append('}').toString(), floats()))
                .containsExactly("m: lists 20002 tensors; at most 20000 are read.");
    }

    @Test
    void a_header_of_numbers_costs_no_memory() throws IOException {
        String header = "{\"a\":[" + "1,".repeat(4 << 20) + "1]}";

        assertThat(refused(header, floats()))
                .containsExactly("m: has a header of 4194304 values; at most 320000 are read.");
    }

    private static String entry(String shape, String offsets) {
        return "{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    private List<String> refused(String header, byte[] data) throws IOException {
        Path file = write(header, data);
        return Refused.by(() -> SafetensorsFile.open(file, "m"));
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("m.safetensors");
        Files.write(
                file,
                little(8 + text.length + data.length)
                        .putLong(text.length)
                        .put(text)
                        .put(data)
                        .array());
        return file;
    }

    private static byte[] floats(float... values) {
        byte[] bytes = new byte[values.length * Float.BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            out.putFloat(value);
        }
        return bytes;
    }

    private static byte[] shorts(int... values) {
        byte[] bytes = new byte[values.length * Short.BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            out.putShort((short) value);
        }
        return bytes;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorFile golden(String name) {
        return SafetensorsFile.open(Golden.path(name), name);
    }

    private static float[] values(TensorFile file, String name, long offset, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES);
        file.read(name, offset, bytes);
        float[] values = new float[count];
        bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
