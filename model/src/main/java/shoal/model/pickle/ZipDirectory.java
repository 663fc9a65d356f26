package shoal.model.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.model.tensor.TensorChannel;
import shoal.recipe.UserException;

/**
 * The stored entries of a zip file, by name (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3).
 *
 * <p>Stricter than the format: entries must not be compressed, encrypted, overlap or repeat a name,
 * and their local headers must agree with the central directory.
 */
final class ZipDirectory {
    /** Entries of a file: a storage for each of 20,000 tensors and a few more. */
    private static final int ENTRIES = 21_000;

    /** Bytes of a central directory: about 100 for each entry. */
    private static final int DIRECTORY_BYTES = 8 << 20;

    private static final int END_BYTES = 22;
    private static final int END = 0x06054B50;
    private static final int END_64_LOCATOR_BYTES = 20;
    private static final int END_64_LOCATOR = 0x07064B50;
    private static final int END_64_BYTES = 56;
    private static final int END_64 = 0x06064B50;
    private static final int CENTRAL_BYTES = 46;
    private static final int CENTRAL = 0x02014B50;
    private static final int LOCAL_BYTES = 30;
    private static final int LOCAL = 0x04034B50;
    private static final int EXTRA_64 = 1;
    private static final long NOT_HERE = 0xFFFFFFFFL;

    private final FileChannel channel;
    private final String shownName;
    private final long fileBytes;

    private ZipDirectory(FileChannel channel, String shownName) throws IOException {
        this.channel = channel;
        this.shownName = shownName;
        this.fileBytes = channel.size();
    }

    /** The bytes of one entry: it lies inside the file. */
    record Entry(long positionBytes, long sizeBytes) {}

    private record Directory(long positionBytes, long sizeBytes, long entries) {}

    private record Header(String name, long localBytes, long sizeBytes) {}

    static Map<String, Entry> read(FileChannel channel, String shownName) throws IOException {
        return new ZipDirectory(channel, shownName).entries();
    }

    private Map<String, Entry> entries() throws IOException {
        Directory directory = directory();
        if (directory.entries > ENTRIES || directory.sizeBytes > DIRECTORY_BYTES) {
            throw wrong(
                    "lists " + directory.entries + " entries; at most " + ENTRIES + " are read");
        }
        if (directory.positionBytes < 0
                || directory.sizeBytes < 0
                || directory.positionBytes > fileBytes - directory.sizeBytes) {
            throw wrong("has its directory outside of the file");
        }
        ByteBuffer bytes =
                TensorChannel.readFully(
                        channel, directory.positionBytes, (int) directory.sizeBytes);
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < directory.entries; i++) {
            Header header = central(bytes);
            if (entries.put(header.name, local(header)) != null) {
                throw wrong("has the entry " + header.name + " twice");
            }
        }
        checkApart(entries, directory.positionBytes);
        return entries;
    }

    /** The end record stands last: a comment behind it is refused, torch writes none. */
    private Directory directory() throws IOException {
        if (fileBytes < END_BYTES) {
            throw wrong("is truncated");
        }
        ByteBuffer end = TensorChannel.readFully(channel, fileBytes - END_BYTES, END_BYTES);
        if (end.getInt(0) != END || end.getShort(20) != 0) {
            throw wrong("is truncated: its directory is missing. Copy it again");
        }
        Directory small =
                new Directory(
                        Integer.toUnsignedLong(end.getInt(16)),
                        Integer.toUnsignedLong(end.getInt(12)),
                        Short.toUnsignedLong(end.getShort(10)));
        long locatorAt = fileBytes - END_BYTES - END_64_LOCATOR_BYTES;
        if (locatorAt < 0) {
            return small;
        }
        ByteBuffer locator = TensorChannel.readFully(channel, locatorAt, END_64_LOCATOR_BYTES);
        if (locator.getInt(0) != END_64_LOCATOR) {
            return small;
        }
        long largeAt = locator.getLong(8);
        if (largeAt < 0 || largeAt > fileBytes - END_64_BYTES) {
            throw wrong("has its directory outside of the file");
        }
        ByteBuffer large = TensorChannel.readFully(channel, largeAt, END_64_BYTES);
        if (large.getInt(0) != END_64) {
            throw wrong("has a damaged directory");
        }
        return new Directory(large.getLong(48), large.getLong(40), large.getLong(32));
    }

    private Header central(ByteBuffer bytes) {
        if (bytes.remaining() < CENTRAL_BYTES || bytes.getInt(bytes.position()) != CENTRAL) {
            throw wrong("has a damaged directory");
        }
        ByteBuffer fixed = slice(bytes, CENTRAL_BYTES);
        int nameBytes = Short.toUnsignedInt(fixed.getShort(28));
        int extraBytes = Short.toUnsignedInt(fixed.getShort(30));
        int commentBytes = Short.toUnsignedInt(fixed.getShort(32));
        if (bytes.remaining() < nameBytes + extraBytes + commentBytes) {
            throw wrong("has a damaged directory");
        }
        String name = StandardCharsets.UTF_8.decode(slice(bytes, nameBytes)).toString();
        ByteBuffer extra = slice(bytes, extraBytes);
        slice(bytes, commentBytes);
        if (fixed.getShort(10) != 0 || (fixed.getShort(8) & 1) != 0) {
            throw wrong(
                    "has the entry "
                            + name
                            + " compressed or encrypted, expected it stored as"
                            + " torch.save does");
        }
        Wide wide = new Wide(extra);
        long size = wide.or(Integer.toUnsignedLong(fixed.getInt(24)));
        long stored = wide.or(Integer.toUnsignedLong(fixed.getInt(20)));
        long localAt = wide.or(Integer.toUnsignedLong(fixed.getInt(42)));
        if (size != stored) {
            throw wrong("has two sizes for the entry " + name);
        }
        return new Header(name, localAt, size);
    }

    /** Values of the zip64 extra field, in the order in which the header leaves them out. */
    private final class Wide {
        private final ByteBuffer values;

        Wide(ByteBuffer extra) {
            this.values = find(extra);
        }

        private ByteBuffer find(ByteBuffer extra) {
            while (extra.remaining() >= 4) {
                int id = Short.toUnsignedInt(extra.getShort());
                int size = Short.toUnsignedInt(extra.getShort());
                if (size > extra.remaining()) {
                    throw wrong("has a damaged directory");
                }
                ByteBuffer field = slice(extra, size);
                if (id == EXTRA_64) {
                    return field;
                }
            }
            return ByteBuffer.allocate(0);
        }

        long or(long small) {
            if (small != NOT_HERE) {
                return small;
            }
            if (values.remaining() < 8) {
                throw wrong("has a damaged directory");
            }
            return values.getLong();
        }
    }

    private static ByteBuffer slice(ByteBuffer bytes, int size) {
        ByteBuffer slice = bytes.slice(bytes.position(), size).order(bytes.order());
        bytes.position(bytes.position() + size);
        return slice;
    }

    private Entry local(Header header) throws IOException {
        if (header.localBytes < 0 || header.localBytes > fileBytes - LOCAL_BYTES) {
            throw wrong("has the entry " + header.name + " outside of the file");
        }
        ByteBuffer local = TensorChannel.readFully(channel, header.localBytes, LOCAL_BYTES);
        if (local.getInt(0) != LOCAL || local.getShort(8) != 0) {
            throw wrong("has two headers for " + header.name + " that disagree");
        }
        long data =
                header.localBytes
                        + LOCAL_BYTES
                        + Short.toUnsignedInt(local.getShort(26))
                        + Short.toUnsignedInt(local.getShort(28));
        if (header.sizeBytes < 0 || header.sizeBytes > fileBytes - data) {
            throw wrong("has the entry " + header.name + " outside of the file");
        }
        return new Entry(data, header.sizeBytes);
    }

    private void checkApart(Map<String, Entry> entries, long directoryBytes) {
        List<Map.Entry<String, Entry>> byPosition = new ArrayList<>(entries.entrySet());
        byPosition.sort(Comparator.comparingLong(each -> each.getValue().positionBytes()));
        long end = 0;
        for (Map.Entry<String, Entry> each : byPosition) {
            if (each.getValue().positionBytes() < end) {
                throw wrong("has the entry " + each.getKey() + " overlapping another one");
            }
            end = each.getValue().positionBytes() + each.getValue().sizeBytes();
        }
        if (end > directoryBytes) {
            throw wrong("has an entry that overlaps the directory");
        }
    }

    private UserException wrong(String what) {
        String shown = what.length() <= 300 ? what : what.substring(0, 300) + "…";
        return new UserException(shownName, "The zip file " + shown + ".");
    }
}
