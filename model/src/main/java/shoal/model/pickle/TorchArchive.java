package shoal.model.pickle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A file as {@code torch.save} writes it, in the zip format of the package's document: nested
 * dictionaries and lists of numbers and fp32 tensors. The heap holds no tensor.
 *
 * <p>Values are added in order, {@link #write} ends it. Not for concurrent use.
 */
public final class TorchArchive {
    /** The name of the folder within; torch takes any. */
    private static final String FOLDER = "archive/";

    /** Elements read and written at a time: 1 MiB. */
    private static final int RANGE_ELEMENTS = 256 << 10;

    /** Equal state gives equal bytes. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final PickleWriter pickle = new PickleWriter();
    private final List<Storage> storages = new ArrayList<>();

    /** Gives the elements of one tensor, any number of times. */
    @FunctionalInterface
    public interface Source {
        /** Fills a buffer with little-endian fp32 from an element offset. */
        void read(long offsetElements, ByteBuffer values);
    }

    private record Storage(int elements, Source source) {}

    public TorchArchive openDictionary() {
        pickle.openDictionary();
        return this;
    }

    public TorchArchive closeDictionary() {
        pickle.closeDictionary();
        return this;
    }

    public TorchArchive openList() {
        pickle.openList();
        return this;
    }

    public TorchArchive closeList() {
        pickle.closeList();
        return this;
    }

    /** A key, or a text. */
    public TorchArchive text(String text) {
        pickle.text(text);
        return this;
    }

    /** A whole number, as a key or a value. */
    public TorchArchive whole(int number) {
        pickle.whole(number);
        return this;
    }

    public TorchArchive number(double number) {
        pickle.number(number);
        return this;
    }

    public TorchArchive flag(boolean value) {
        pickle.flag(value);
        return this;
    }

    public TorchArchive nothing() {
        pickle.nothing();
        return this;
    }

    /** A tuple of two numbers. */
    public TorchArchive pair(double first, double second) {
        pickle.pair(first, second);
        return this;
    }

    /**
     * An fp32 tensor with a storage of its own.
     *
     * @param shape empty for a single number
     */
    public TorchArchive tensor(List<Integer> shape, Source source) {
        int elements = 1;
        for (int dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        pickle.tensor(Integer.toString(storages.size()), shape, elements);
        storages.add(new Storage(elements, source));
        return this;
    }

    /** Writes a new file; every source is read twice, since a checksum stands before the bytes. */
    public void write(Path file) throws IOException {
        try (ZipOutputStream zip =
                new ZipOutputStream(
                        new BufferedOutputStream(
                                Files.newOutputStream(
                                        file,
                                        StandardOpenOption.CREATE_NEW,
                                        StandardOpenOption.WRITE)))) {
            zip.setMethod(ZipOutputStream.STORED);
            small(zip, "data.pkl", pickle.bytes());
            small(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < storages.size(); i++) {
                storage(zip, "data/" + i, storages.get(i));
            }
            small(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void small(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        begin(zip, name, bytes.length, sum);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static void storage(ZipOutputStream zip, String name, Storage storage)
            throws IOException {
        CRC32 sum = new CRC32();
        each(storage, OutputStream.nullOutputStream(), sum);
        begin(zip, name, (long) storage.elements * Float.BYTES, sum);
        each(storage, zip, new CRC32());
        zip.closeEntry();
    }

    private static void each(Storage storage, OutputStream to, CRC32 sum) throws IOException {
        int range = Math.min(RANGE_ELEMENTS, storage.elements);
        ByteBuffer buffer = ByteBuffer.allocate(range * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < storage.elements; at += range) {
            int count = Math.min(range, storage.elements - at);
            buffer.clear().limit(count * Float.BYTES);
            storage.source.read(at, buffer);
            sum.update(buffer.array(), 0, count * Float.BYTES);
            to.write(buffer.array(), 0, count * Float.BYTES);
        }
    }

    private static void begin(ZipOutputStream zip, String name, long size, CRC32 sum)
            throws IOException {
        ZipEntry entry = new ZipEntry(FOLDER + name);
        entry.setTimeLocal(NO_TIME);
        entry.setSize(size);
        entry.setCompressedSize(size);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
    }
}
