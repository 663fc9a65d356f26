package shoal.model.pickle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import shoal.model.pickle.PickleValue.Entries;
import shoal.model.pickle.PickleValue.Flag;
import shoal.model.pickle.PickleValue.Global;
import shoal.model.pickle.PickleValue.Items;
import shoal.model.pickle.PickleValue.Mark;
import shoal.model.pickle.PickleValue.None;
import shoal.model.pickle.PickleValue.Text;
import shoal.model.pickle.PickleValue.Tuple;
import shoal.model.pickle.PickleValue.Whole;
import shoal.recipe.UserException;

/**
 * The stack machine of pickle protocols 2 to 4, as far as dictionaries of tensors need it (CPython
 * 3.11, Lib/pickle.py and Lib/pickletools.py). Nothing is called: {@link Constructors} makes the
 * values that a few known names stand for.
 */
final class Unpickler {
    /** Bytes of pickles that are read: 20,000 tensors need about 4 MB. */
    static final int PICKLE_BYTES = 16 << 20;

    /** Values made and remembered, about 50 bytes each: a tensor takes some 30. */
    private static final int VALUES = 1_000_000;

    private final PickleBytes bytes;
    private final String shownName;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();
    private final int most;
    private int made;

    private Unpickler(PickleBytes bytes, String shownName) {
        // No honest pickle makes more values than it has bytes.
        this.most = Math.min(VALUES, bytes.size());
        this.bytes = bytes;
        this.shownName = shownName;
    }

    /** The value of the pickle that starts here; the bytes then stand behind it. */
    static PickleValue read(PickleBytes bytes, String shownName) {
        return new Unpickler(bytes, shownName).run();
    }

    /** The value of the only pickle in a buffer. */
    static PickleValue read(ByteBuffer bytes, String shownName) {
        return read(new PickleBytes(bytes, shownName), shownName);
    }

    private PickleValue run() {
        while (true) {
            int instruction = bytes.oneByte();
            if (instruction == '.') {
                return pop();
            }
            if (!constant(instruction) && !memoOrName(instruction)) {
                compose(instruction);
            }
            if (made > most || memo.size() > most) {
                throw bytes.damaged("makes more than " + most + " values");
            }
        }
    }

    /** Instructions that push a value of their own. */
    private boolean constant(int instruction) {
        switch (instruction) {
            case 0x80 -> bytes.skip(1);
            case 0x95 -> bytes.skip(8);
            case '(' -> push(new Mark());
            case 'N' -> push(new None());
            case 0x88 -> push(new Flag(true));
            case 0x89 -> push(new Flag(false));
            case 'J' -> push(Whole.of(bytes.fourBytes()));
            case 'K' -> push(Whole.of(bytes.oneByte()));
            case 'M' -> push(Whole.of(bytes.twoBytes()));
            case 0x8A -> push(new Whole(bytes.whole(bytes.oneByte())));
            case 'G' -> push(new PickleValue.Decimal(bytes.bigEndianDouble()));
            case 'X' -> push(new Text(bytes.utf8(Integer.toUnsignedLong(bytes.fourBytes()))));
            case 0x8C -> push(new Text(bytes.utf8(bytes.oneByte())));
            case 'T' -> push(new Text(bytes.latin1(bytes.fourBytes())));
            case 'U' -> push(new Text(bytes.latin1(bytes.oneByte())));
            case '}' -> push(new Entries());
            case ']' -> push(new Items());
            case ')' -> push(new Tuple(List.of()));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Instructions that remember, recall, or look a name up. */
    private boolean memoOrName(int instruction) {
        switch (instruction) {
            case 'q' -> memo.put(bytes.oneByte(), top());
            case 'r' -> memo.put(bytes.fourBytes(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(recalled(bytes.oneByte()));
            case 'j' -> push(recalled(bytes.fourBytes()));
            case 'c' -> push(Globals.resolve(bytes.line(), bytes.line(), shownName));
            case 0x93 -> {
                String name = text();
                push(Globals.resolve(text(), name, shownName));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Instructions that put values together. */
    private void compose(int instruction) {
        switch (instruction) {
            case 't' -> push(new Tuple(untilMark()));
            case 0x85 -> push(new Tuple(last(1)));
            case 0x86 -> push(new Tuple(last(2)));
            case 0x87 -> push(new Tuple(last(3)));
            case 'a' -> append(last(1));
            case 'e' -> append(untilMark());
            case 's' -> putAll(last(2));
            case 'u' -> putAll(untilMark());
            case 'R' -> reduce();
            case 'Q' -> push(Constructors.storage(pop(), bytes));
            case 'b' -> build();
            default ->
                    throw new UserException(
                            shownName,
                            String.format(
                                    "uses the pickle instruction 0x%02X, which a file of weights"
                                            + " does not need. Save the weights as"
                                            + " model.safetensors.",
                                    instruction));
        }
    }

    private void reduce() {
        PickleValue arguments = pop();
        PickleValue function = pop();
        if (!(function instanceof Global global) || !(arguments instanceof Tuple tuple)) {
            throw bytes.damaged("calls " + function.inWords() + " with " + arguments.inWords());
        }
        PickleValue result = Constructors.call(global.name(), tuple, bytes);
        push(result);
        // A list that is remembered may be made a dictionary again and again: its entries count.
        made += result instanceof Entries entries ? entries.values.size() : 0;
    }

    /** Attributes of a dictionary (its _metadata) say nothing about the tensors. */
    private void build() {
        PickleValue attributes = pop();
        if (!(top() instanceof Entries) || !(attributes instanceof Entries)) {
            throw bytes.damaged("sets attributes of " + top().inWords());
        }
    }

    private void append(List<PickleValue> values) {
        if (!(top() instanceof Items items)) {
            throw bytes.damaged("appends to " + top().inWords());
        }
        items.values.addAll(values);
    }

    private void putAll(List<PickleValue> pairs) {
        if (!(top() instanceof Entries entries) || pairs.size() % 2 != 0) {
            throw bytes.damaged("puts pairs into " + top().inWords());
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            put(entries, pairs.get(i), pairs.get(i + 1));
        }
    }

    private void put(Entries entries, PickleValue key, PickleValue value) {
        if (key instanceof Text text) {
            entries.values.put(text.value(), value);
        } else if (key instanceof Whole whole
                && whole.value().signum() >= 0
                && whole.value().bitLength() < 32) {
            entries.numbered.put(whole.value().intValue(), value);
        } else {
            throw bytes.damaged(
                    "has the key " + key.inWords() + ", expected text or a number from 0");
        }
    }

    private PickleValue recalled(int index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw bytes.damaged("recalls a value that it never remembered");
        }
        return value;
    }

    private String text() {
        PickleValue value = pop();
        if (value instanceof Text text) {
            return text.value();
        }
        throw bytes.damaged("names a function by " + value.inWords());
    }

    private void push(PickleValue value) {
        made++;
        stack.add(value);
    }

    private PickleValue top() {
        if (stack.isEmpty()) {
            throw bytes.damaged("takes a value from an empty stack");
        }
        return stack.get(stack.size() - 1);
    }

    private PickleValue pop() {
        PickleValue value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<PickleValue> last(int count) {
        if (stack.size() < count) {
            throw bytes.damaged("takes a value from an empty stack");
        }
        return cut(stack.size() - count);
    }

    private List<PickleValue> untilMark() {
        int start = stack.size() - 1;
        while (start >= 0 && !(stack.get(start) instanceof Mark)) {
            start--;
        }
        if (start < 0) {
            throw bytes.damaged("closes a group that it never opened");
        }
        List<PickleValue> values = cut(start + 1);
        stack.remove(start);
        return values;
    }

    private List<PickleValue> cut(int from) {
        List<PickleValue> tail = stack.subList(from, stack.size());
        List<PickleValue> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }
}
