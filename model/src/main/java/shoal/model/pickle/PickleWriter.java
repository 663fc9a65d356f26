package shoal.model.pickle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a pickle of protocol 2 (CPython 3.11, Lib/pickletools.py) with the instructions that
 * {@link Unpickler} reads. Values are written in order; nothing is remembered.
 */
final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleWriter() {
        code(0x80).code(2);
    }

    /** An empty dictionary and a mark: keys and values follow. */
    PickleWriter openDictionary() {
        return code('}').code('(');
    }

    PickleWriter closeDictionary() {
        return code('u');
    }

    /** An empty list and a mark: values follow. */
    PickleWriter openList() {
        return code(']').code('(');
    }

    PickleWriter closeList() {
        return code('e');
    }

    PickleWriter text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        code('X').littleEndian(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    PickleWriter whole(int number) {
        return code('J').littleEndian(number);
    }

    PickleWriter number(double number) {
        code('G');
        out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
        return this;
    }

    PickleWriter flag(boolean value) {
        return code(value ? 0x88 : 0x89);
    }

    PickleWriter nothing() {
        return code('N');
    }

    /** A pair of numbers. */
    PickleWriter pair(double first, double second) {
        return number(first).number(second).code(0x86);
    }

    /**
     * An fp32 tensor, row by row, that is a whole storage (torch/_utils.py, _rebuild_tensor_v2).
     */
    PickleWriter tensor(String storage, List<Integer> shape, int elements) {
        global("torch._utils", "_rebuild_tensor_v2").code('(').code('(').text("storage");
        global("torch", "FloatStorage").text(storage).text("cpu").whole(elements);
        code('t').code('Q').whole(0).code('(');
        shape.forEach(this::whole);
        code('t').code('(');
        int stride = elements;
        for (int dimension : shape) {
            stride /= dimension;
            whole(stride);
        }
        code('t').flag(false).global("collections", "OrderedDict").code(')').code('R');
        return code('t').code('R');
    }

    private PickleWriter global(String module, String name) {
        code('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    byte[] bytes() {
        code('.');
        return out.toByteArray();
    }

    private PickleWriter code(int instruction) {
        out.write(instruction);
        return this;
    }

    private PickleWriter littleEndian(int number) {
        out.writeBytes(ByteBuffer.allocate(4).putInt(Integer.reverseBytes(number)).array());
        return this;
    }
}
