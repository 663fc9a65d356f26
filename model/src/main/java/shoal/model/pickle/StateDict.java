package shoal.model.pickle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.model.pickle.PickleValue.Entries;
import shoal.model.pickle.PickleValue.Storage;
import shoal.model.pickle.PickleValue.Tensor;
import shoal.model.tensor.TensorInfo;
import shoal.model.tensor.TensorPlace;
import shoal.recipe.UserException;

/** The tensors of a pickle by name, once it is known where each storage lies. */
final class StateDict {
    private final Map<String, PickleValue> entries;
    private final String shownName;

    StateDict(Map<String, PickleValue> entries, String shownName) {
        this.entries = entries;
        this.shownName = shownName;
    }

    /** The entries of a dictionary of tensors by name. */
    static StateDict ofWeights(PickleValue value, String shownName) {
        if (!(value instanceof Entries dictionary)) {
            throw new UserException(
                    shownName,
                    "holds " + value.inWords() + ", expected a dictionary of tensors by name.");
        }
        if (!dictionary.numbered.isEmpty()) {
            throw new UserException(
                    shownName, "numbers its entries, expected a dictionary of tensors by name.");
        }
        return new StateDict(dictionary.values, shownName);
    }

    /** Every storage that a tensor views, by key. */
    Map<String, Storage> storages() {
        Map<String, Storage> storages = new LinkedHashMap<>();
        entries.forEach(
                (name, value) -> {
                    Storage storage = tensor(name, value).storage();
                    Storage before = storages.putIfAbsent(storage.key(), storage);
                    if (before != null && !before.equals(storage)) {
                        throw wrong(name, "disagrees with another one about its storage");
                    }
                });
        return storages;
    }

    /**
     * Where every tensor lies.
     *
     * @param positions of the first byte of each storage that {@link #storages} names, whose bytes
     *     all lie inside the file
     */
    Map<String, TensorPlace> places(Map<String, Long> positions) {
        Map<String, TensorPlace> places = new LinkedHashMap<>();
        entries.forEach(
                (name, value) -> {
                    Tensor tensor = tensor(name, value);
                    Long position = positions.get(tensor.storage().key());
                    if (position == null) {
                        throw wrong(name, "has no elements in the file");
                    }
                    places.put(name, place(name, tensor, position));
                });
        return places;
    }

    private Tensor tensor(String name, PickleValue value) {
        if (value instanceof Tensor tensor) {
            return tensor;
        }
        throw wrong(
                name,
                "is "
                        + value.inWords()
                        + ", expected a tensor: a file of weights, not a training checkpoint");
    }

    private TensorPlace place(String name, Tensor tensor, long position) {
        TensorInfo info = new TensorInfo(tensor.storage().type(), tensor.shape());
        if (tensor.strides().size() != tensor.shape().size()) {
            throw wrong(name, "has the shape " + tensor.shape() + ", strides " + tensor.strides());
        }
        long span = span(name, tensor, info);
        if (tensor.offsetElements() > tensor.storage().elements() - span) {
            throw wrong(
                    name,
                    String.format(
                            "needs %d elements from %d of a storage that has %d",
                            span, tensor.offsetElements(), tensor.storage().elements()));
        }
        long offset = tensor.offsetElements() * tensor.storage().type().sizeBytes();
        List<Long> strides =
                span == 0 || rowMajor(tensor.shape(), tensor.strides())
                        ? List.of()
                        : tensor.strides();
        return new TensorPlace(info, position + offset, strides);
    }

    private long span(String name, Tensor tensor, TensorInfo info) {
        try {
            info.sizeElements();
            return info.spanElements(tensor.strides());
        } catch (ArithmeticException tooLarge) {
            throw wrong(name, "has the shape " + tensor.shape() + ", beyond 64 bits");
        }
    }

    /** A dimension of one element may have any stride. */
    private static boolean rowMajor(List<Long> shape, List<Long> strides) {
        long expected = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) != 1 && strides.get(i) != expected) {
                return false;
            }
            expected *= shape.get(i);
        }
        return true;
    }

    private UserException wrong(String name, String what) {
        String shown = name.length() <= 200 ? name : name.substring(0, 200) + "…";
        return new UserException(shownName, "The entry " + shown + " " + what + ".");
    }

    /**
     * The bytes of a storage.
     *
     * @throws UserException beyond 64 bits
     */
    static long sizeBytes(Storage storage, String shownName) {
        try {
            return Math.multiplyExact(storage.elements(), (long) storage.type().sizeBytes());
        } catch (ArithmeticException tooLarge) {
            throw new UserException(
                    shownName,
                    "claims a storage of " + storage.elements() + " elements, beyond 64 bits.");
        }
    }
}
