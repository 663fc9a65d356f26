package shoal.model.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Zip files with stored entries, good and bad ones. */
final class StoredZip {
    private final ByteArrayOutputStream files = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int method;
    private int entries;
    private int lastAt;
    private int lastSize;

    /** Entries added from now on claim this compression method. */
    StoredZip method(int newMethod) {
        this.method = newMethod;
        return this;
    }

    StoredZip add(String name, byte[] data) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        lastAt = files.size();
        lastSize = data.length;
        ByteBuffer local = little(30);
        local.putInt(0, 0x04034B50).putShort(8, (short) method).putInt(18, data.length);
        local.putInt(22, data.length).putShort(26, (short) text.length);
        files.writeBytes(bytes(local));
        files.writeBytes(text);
        files.writeBytes(data);
        return alias(name);
    }

    /** Another name in the directory for the entry that was added last. */
    StoredZip alias(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer central = little(46);
        central.putInt(0, 0x02014B50).putShort(10, (short) method).putInt(20, lastSize);
        central.putInt(24, lastSize).putShort(28, (short) text.length).putInt(42, lastAt);
        directory.writeBytes(bytes(central));
        directory.writeBytes(text);
        entries++;
        return this;
    }

    byte[] bytes() {
        ByteBuffer end = little(22);
        end.putInt(0, 0x06054B50).putShort(8, (short) entries).putShort(10, (short) entries);
        end.putInt(12, directory.size()).putInt(16, files.size());
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(files.toByteArray());
        whole.writeBytes(directory.toByteArray());
        whole.writeBytes(bytes(end));
        return whole.toByteArray();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.wrap(new byte[size]).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }
}
