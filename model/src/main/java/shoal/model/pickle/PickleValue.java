package shoal.model.pickle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.model.tensor.ElementType;

/**
 * One value of a pickle. Lists and dictionaries may contain themselves, so values are never
 * compared, hashed or printed whole.
 */
sealed interface PickleValue {
    /** In words, for messages. */
    String inWords();

    record None() implements PickleValue {
        @Override
        public String inWords() {
            return "None";
        }
    }

    record Flag(boolean value) implements PickleValue {
        @Override
        public String inWords() {
            return value ? "True" : "False";
        }
    }

    record Whole(BigInteger value) implements PickleValue {
        static Whole of(long value) {
            return new Whole(BigInteger.valueOf(value));
        }

        @Override
        public String inWords() {
            return value.bitLength() < 64 ? "the number " + value : "a large number";
        }
    }

    record Decimal(double value) implements PickleValue {
        @Override
        public String inWords() {
            return "the number " + value;
        }
    }

    record Text(String value) implements PickleValue {
        @Override
        public String inWords() {
            return value.length() > 60 ? "a long text" : "\"" + value + "\"";
        }
    }

    /** Where a group of values on the stack starts. */
    record Mark() implements PickleValue {
        @Override
        public String inWords() {
            return "a mark";
        }
    }

    final class Tuple implements PickleValue {
        final List<PickleValue> values;

        Tuple(List<PickleValue> values) {
            this.values = List.copyOf(values);
        }

        @Override
        public String inWords() {
            return "a tuple of " + values.size();
        }
    }

    final class Items implements PickleValue {
        final List<PickleValue> values = new ArrayList<>();

        @Override
        public String inWords() {
            return "a list";
        }
    }

    /** A dict or OrderedDict; its keys are texts, or numbers as in an optimizer's state. */
    final class Entries implements PickleValue {
        final Map<String, PickleValue> values = new LinkedHashMap<>();
        final Map<Integer, PickleValue> numbered = new LinkedHashMap<>();

        @Override
        public String inWords() {
            return "a dictionary";
        }
    }

    /** A name that may stand in a dictionary of tensors. */
    record Global(Globals name) implements PickleValue {
        @Override
        public String inWords() {
            return name.pythonName();
        }
    }

    /** The type of a storage's elements. */
    record StorageType(ElementType type) implements PickleValue {
        @Override
        public String inWords() {
            return "the storage type " + type;
        }
    }

    /**
     * The elements that a file holds under one key.
     *
     * @param elements how many, as the pickle says
     */
    record Storage(String key, ElementType type, long elements) implements PickleValue {
        @Override
        public String inWords() {
            return "a storage";
        }
    }

    /** A view of a storage. */
    record Tensor(Storage storage, long offsetElements, List<Long> shape, List<Long> strides)
            implements PickleValue {
        public Tensor {
            shape = List.copyOf(shape);
            strides = List.copyOf(strides);
        }

        @Override
        public String inWords() {
            return "a tensor";
        }
    }
}
