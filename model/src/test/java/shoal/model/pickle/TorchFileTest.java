package shoal.model.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.Golden;
import shoal.model.Refused;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.tensor.ElementType;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;

class TorchFileTest {
    @TempDir Path folder;

    @Test
    void both_formats_hold_the_values_that_safetensors_holds() {
        assertSameValues("language/pytorch_model.bin", "language/f32.safetensors");
        assertSameValues("language/legacy.bin", "language/f32.safetensors");
        assertSameValues("language/f16.bin", "language/f16.safetensors");
    }

    private static void assertSameValues(String torch, String safe) {
        try (TensorFile actual = TorchFile.open(Golden.path(torch), torch);
                TensorFile expected = SafetensorsFile.open(Golden.path(safe), safe)) {
            assertThat(expected.tensors()).isNotEmpty();
            expected.tensors()
                    .forEach(
                            (name, info) -> {
                                assertThat(actual.tensors()).containsEntry(name, info);
                                assertThat(bytes(actual, name)).isEqualTo(bytes(expected, name));
                            });
        }
    }

    private static ByteBuffer bytes(TensorFile file, String name) {
        int size = (int) file.tensors().getOrDefault(name, nothing()).sizeElements();
        ByteBuffer values = ByteBuffer.allocate(size * Float.BYTES);
        file.read(name, 0, values);
        return values.flip();
    }

    private static TensorInfo nothing() {
        return new TensorInfo(ElementType.F32, List.of(0L));
    }

    @Test
    void buffers_and_tied_weights_are_listed_too() {
        for (String name : List.of("language/pytorch_model.bin", "language/legacy.bin")) {
            try (TensorFile file = TorchFile.open(Golden.path(name), name)) {
                assertThat(file.tensors())
                        .containsEntry(
                                "h.0.attn.bias",
                                new TensorInfo(ElementType.U8, List.of(1L, 1L, 16L, 16L)))
                        .containsEntry(
                                "lm_head.weight", new TensorInfo(ElementType.F32, List.of(60L, 8L)))
                        .containsEntry(
                                "h.1.attn.masked_bias", new TensorInfo(ElementType.F32, List.of()));
            }
        }
    }

    @Test
    void a_pickle_that_asks_for_another_function_is_refused_by_its_name() throws IOException {
        byte[] evil = pickle("cposix\nsystem\nX\u0002\0\0\0ls\u0085R.");

        assertThat(refusedZip(evil, Map.of()))
                .containsExactly(
                        "w.bin: asks for posix.system, which no file of weights or optimizer state"
                                + " needs and which could run anything. Only tensors, numbers and"
                                + " texts are read. Save weights as model.safetensors.");
        assertThat(refused(evil))
                .singleElement()
                .asString()
                .startsWith("w.bin: asks for posix.system,");
        assertThat(refusedZip(pickle("\u008c\u0008builtins\u008c\u0004eval\u0093."), Map.of()))
                .singleElement()
                .asString()
                .startsWith("w.bin: asks for builtins.eval,");
    }

    @Test
    void instructions_that_make_objects_are_refused() throws IOException {
        assertThat(refusedZip(pickle("ccollections\nOrderedDict\n)\u0081."), Map.of()))
                .containsExactly(
                        "w.bin: uses the pickle instruction 0x81, which a file of weights does not"
                                + " need. Save the weights as model.safetensors.");
    }

    @Test
    void a_claim_of_two_gibibytes_allocates_nothing() throws IOException {
        assertThat(refusedZip(pickle("X\u00ff\u00ff\u00ff\u007fabc."), Map.of()))
                .containsExactly(
                        "w.bin: The pickle ends in the middle of a value, or claims more bytes than"
                                + " it has (at byte 7). The file is damaged.");
    }

    @Test
    void damaged_pickles_are_refused() throws IOException {
        for (String text :
                List.of(
                        "",
                        ".",
                        "t.",
                        "N",
                        "}Ns.",
                        "}KaKbs.",
                        "(.",
                        "h\u0001.",
                        "NR.",
                        "NNR.",
                        "NQ.",
                        "NNb.",
                        "Na.",
                        "NN\u0086",
                        "c\n\n.",
                        "\u008a\u00ff.")) {
            assertThat(refusedZip(pickle(text), Map.of())).as(text).hasSize(1);
        }
        assertThat(refusedZip(pickle("K\u0007."), Map.of()))
                .containsExactly(
                        "w.bin: holds the number 7, expected a dictionary of tensors by name.");
    }

    @Test
    void a_training_checkpoint_is_no_file_of_weights() throws IOException {
        byte[] checkpoint = pickle("}X\u0005\0\0\0epochK\u0003s.");

        assertThat(refusedZip(checkpoint, Map.of()))
                .containsExactly(
                        "w.bin: The entry epoch is the number 3, expected a tensor: a file of"
                                + " weights, not a training checkpoint.");
    }

    @Test
    void a_tensor_beyond_its_storage_is_refused() throws IOException {
        byte[] four = new byte[16];

        assertThat(refusedZip(tensor(4, 1, "K\u0004\u0085", "K\u0001\u0085"), Map.of("0", four)))
                .containsExactly(
                        "w.bin: The entry a needs 4 elements from 1 of a storage that has 4.");
        assertThat(refusedZip(tensor(5, 0, "K\u0004\u0085", "K\u0001\u0085"), Map.of("0", four)))
                .containsExactly(
                        "w.bin: The storage 0 has 16 bytes, but its tensors expect 20. The file is"
                                + " damaged.");
        assertThat(refusedZip(tensor(4, 0, "K\u0004\u0085", "K\u0001\u0085"), Map.of()))
                .containsExactly(
                        "w.bin: has no entry archive/data/0. The file is damaged; copy it again.");
    }

    @Test
    void a_transposed_tensor_is_read_row_by_row() throws IOException {
        byte[] transposed = tensor(8, 2, "K\u0003K\u0002\u0086", "K\u0001K\u0003\u0086");
        float[] values = {-1, -2, 1, 2, 3, 4, 5, 6};

        try (TensorFile file = open(zip(transposed, Map.of("0", floats(values))).bytes())) {
            assertThat(read(file, 0, 6)).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(read(file, 3, 2)).containsExactly(5, 3);
        }
        assertThat(
                        refusedZip(
                                tensor(8, 3, "K\u0003K\u0002\u0086", "K\u0001K\u0003\u0086"),
                                Map.of("0", floats(values))))
                .containsExactly(
                        "w.bin: The entry a needs 6 elements from 3 of a storage that has 8.");
        assertThat(
                        refusedZip(
                                tensor(8, 0, "K\u0003K\u0002\u0086", "K\u0001\u0085"),
                                Map.of("0", floats(values))))
                .containsExactly("w.bin: The entry a has the shape [3, 2], strides [1].");
    }

    private static byte[] floats(float... values) {
        byte[] bytes = new byte[values.length * Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] read(TensorFile file, long offset, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES);
        file.read("a", offset, bytes);
        float[] values = new float[count];
        bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    @Test
    void a_plain_tensor_is_read() throws IOException {
        byte[] pickle = tensor(4, 1, "K\u0003\u0085", "K\u0001\u0085");

        try (TensorFile file = open(zip(pickle, Map.of("0", floats(1, 2, 3, 4))).bytes())) {
            assertThat(read(file, 0, 3)).containsExactly(2, 3, 4);
        }
    }

    @Test
    void compressed_overlapping_and_repeated_entries_are_refused() throws IOException {
        byte[] empty = pickle("}.");

        assertThat(refused(new StoredZip().method(8).add("archive/data.pkl", empty).bytes()))
                .containsExactly(
                        "w.bin: The zip file has the entry archive/data.pkl compressed or encrypted,"
                                + " expected it stored as torch.save does.");
        assertThat(
                        refused(
                                new StoredZip()
                                        .add("archive/data.pkl", empty)
                                        .add("archive/data.pkl", empty)
                                        .bytes()))
                .containsExactly("w.bin: The zip file has the entry archive/data.pkl twice.");
        assertThat(
                        refused(
                                new StoredZip()
                                        .add("archive/data.pkl", empty)
                                        .alias("archive/data/0")
                                        .bytes()))
                .singleElement()
                .asString()
                .endsWith("overlapping another one.");
        assertThat(refused(new StoredZip().add("readme.txt", empty).bytes()))
                .containsExactly(
                        "w.bin: is a zip file, but not one of PyTorch weights: it has no data.pkl.");
        assertThat(
                        refused(
                                new StoredZip()
                                        .add("a/constants.pkl", empty)
                                        .add("a/data.pkl", empty)
                                        .bytes()))
                .containsExactly(
                        "w.bin: is a TorchScript archive, which holds code. Only weights are read.");
    }

    @Test
    void other_files_are_refused() throws IOException {
        assertThat(refused(new byte[3]))
                .containsExactly(
                        "w.bin: has 3 bytes, too few for a file of PyTorch. Copy it again.");
        assertThat(refused("version https://git-lfs".getBytes(StandardCharsets.UTF_8)))
                .containsExactly(
                        "w.bin: is no file of weights: it is neither a zip file nor a pickle. Copy"
                                + " it again.");
        assertThat(refused(pickle("K\u0001.K\u0001.K\u0001.")))
                .containsExactly("w.bin: is a pickle, but not a file of PyTorch weights.");
    }

    /** A dictionary with one float tensor "a" over a storage "0". */
    private static byte[] tensor(int storageElements, int offset, String shape, String strides) {
        return pickle(
                "}X\u0001\0\0\0actorch._utils\n_rebuild_tensor_v2\n(("
                        + "X\u0007\0\0\0storagectorch\nFloatStorage\n"
                        + "X\u0001\0\0\0"
                        + "0X\u0003\0\0\0cpuK"
                        + (char) storageElements
                        + "tQK"
                        + (char) offset
                        + shape
                        + strides
                        + "\u0089ccollections\nOrderedDict\n)RtRs.");
    }

    /** Protocol 2 and the given bytes, one for each character. */
    private static byte[] pickle(String latin1) {
        return ("\u0080\u0002" + latin1).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static StoredZip zip(byte[] pickle, Map<String, byte[]> storages) {
        StoredZip zip = new StoredZip().add("archive/data.pkl", pickle);
        new LinkedHashMap<>(storages).forEach((key, data) -> zip.add("archive/data/" + key, data));
        return zip.add("archive/byteorder", "little".getBytes(StandardCharsets.UTF_8));
    }

    private List<String> refusedZip(byte[] pickle, Map<String, byte[]> storages)
            throws IOException {
        return refused(zip(pickle, storages).bytes());
    }

    private List<String> refused(byte[] file) {
        return Refused.by(() -> open(file).close());
    }

    private TensorFile open(byte[] file) throws IOException {
        Path path = folder.resolve("w.bin");
        Files.write(path, file);
        return TorchFile.open(path, "w.bin");
    }
}
