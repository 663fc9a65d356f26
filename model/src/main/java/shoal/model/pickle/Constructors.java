package shoal.model.pickle;

import java.util.ArrayList;
import java.util.List;
import shoal.model.pickle.PickleValue.Entries;
import shoal.model.pickle.PickleValue.Items;
import shoal.model.pickle.PickleValue.None;
import shoal.model.pickle.PickleValue.Storage;
import shoal.model.pickle.PickleValue.StorageType;
import shoal.model.pickle.PickleValue.Tensor;
import shoal.model.pickle.PickleValue.Text;
import shoal.model.pickle.PickleValue.Tuple;
import shoal.model.pickle.PickleValue.Whole;

/** Makes the values that the names of the allow-list stand for, from checked arguments. */
final class Constructors {
    /** Dimensions of a tensor that torch allows. */
    private static final int DIMENSIONS = 64;

    private Constructors() {}

    static PickleValue call(Globals function, Tuple arguments, PickleBytes bytes) {
        return switch (function) {
            case ORDERED_DICT -> dictionary(arguments, bytes);
            case REBUILD_TENSOR -> tensor(arguments, bytes);
            case REBUILD_PARAMETER -> parameter(arguments, bytes);
        };
    }

    /** Python 2 gave an OrderedDict a list of its pairs; newer pickles fill an empty one. */
    private static PickleValue dictionary(Tuple arguments, PickleBytes bytes) {
        Entries entries = new Entries();
        if (arguments.values.isEmpty()) {
            return entries;
        }
        if (!(arguments.values.get(0) instanceof Items pairs)) {
            throw bytes.damaged("makes a dictionary from " + arguments.values.get(0).inWords());
        }
        for (PickleValue pair : pairs.values) {
            List<PickleValue> both = pairOf(pair, bytes);
            entries.values.put(text(both.get(0), bytes), both.get(1));
        }
        return entries;
    }

    private static List<PickleValue> pairOf(PickleValue pair, PickleBytes bytes) {
        if (pair instanceof Tuple tuple && tuple.values.size() == 2) {
            return tuple.values;
        }
        if (pair instanceof Items items && items.values.size() == 2) {
            return items.values;
        }
        throw bytes.damaged("makes a dictionary from " + pair.inWords());
    }

    /** (storage, offset, size, stride, requires_grad, backward_hooks[, metadata]). */
    private static PickleValue tensor(Tuple arguments, PickleBytes bytes) {
        List<PickleValue> values = arguments.values;
        if (values.size() < 4 || !(values.get(0) instanceof Storage storage)) {
            throw bytes.damaged("makes a tensor from " + arguments.inWords());
        }
        return new Tensor(
                storage,
                whole(values.get(1), bytes),
                wholes(values.get(2), bytes),
                wholes(values.get(3), bytes));
    }

    /** (tensor, requires_grad, backward_hooks). */
    private static PickleValue parameter(Tuple arguments, PickleBytes bytes) {
        if (!arguments.values.isEmpty() && arguments.values.get(0) instanceof Tensor tensor) {
            return tensor;
        }
        throw bytes.damaged("makes a parameter from " + arguments.inWords());
    }

    /** ("storage", type, key, device, elements[, view]). */
    static PickleValue storage(PickleValue id, PickleBytes bytes) {
        if (!(id instanceof Tuple tuple)
                || tuple.values.size() < 5
                || !(tuple.values.get(1) instanceof StorageType type)) {
            throw bytes.damaged("names a storage by " + id.inWords());
        }
        if (tuple.values.size() > 5 && !(tuple.values.get(5) instanceof None)) {
            throw bytes.damaged("has a storage that is a view of another one");
        }
        return new Storage(
                text(tuple.values.get(2), bytes), type.type(), whole(tuple.values.get(4), bytes));
    }

    private static String text(PickleValue value, PickleBytes bytes) {
        if (value instanceof Text text) {
            return text.value();
        }
        throw bytes.damaged("holds " + value.inWords() + ", expected text");
    }

    private static List<Long> wholes(PickleValue value, PickleBytes bytes) {
        if (!(value instanceof Tuple tuple) || tuple.values.size() > DIMENSIONS) {
            throw bytes.damaged("holds " + value.inWords() + ", expected a shape");
        }
        List<Long> wholes = new ArrayList<>();
        for (PickleValue each : tuple.values) {
            wholes.add(whole(each, bytes));
        }
        return wholes;
    }

    private static long whole(PickleValue value, PickleBytes bytes) {
        if (value instanceof Whole whole
                && whole.value().signum() >= 0
                && whole.value().bitLength() < 63) {
            return whole.value().longValue();
        }
        throw bytes.damaged("holds " + value.inWords() + ", expected a number from 0");
    }
}
