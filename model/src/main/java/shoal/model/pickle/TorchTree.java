package shoal.model.pickle;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import shoal.model.pickle.PickleValue.Decimal;
import shoal.model.pickle.PickleValue.Entries;
import shoal.model.pickle.PickleValue.Flag;
import shoal.model.pickle.PickleValue.Items;
import shoal.model.pickle.PickleValue.Tensor;
import shoal.model.pickle.PickleValue.Tuple;
import shoal.model.pickle.PickleValue.Whole;
import shoal.model.tensor.TensorFile;
import shoal.recipe.UserException;

/**
 * An open file of nested dictionaries and lists, as {@code torch.save} writes an optimizer's or a
 * scheduler's state: every value by its path, {@code "state.0.exp_avg"}, {@code
 * "param_groups.1.betas.0"}. Methods may be called from one thread at a time.
 */
public final class TorchTree implements AutoCloseable {
    /** Levels of a tree: an optimizer's has 4. */
    private static final int DEPTH = 8;

    /** Values of a tree: an optimizer has 4 for each of 20,000 parameters. */
    private static final int VALUES = 200_000;

    private final String shownName;
    private final Map<String, PickleValue> leaves = new LinkedHashMap<>();
    private final Map<String, PickleValue> tensors = new LinkedHashMap<>();
    private final Map<String, Integer> sizes = new LinkedHashMap<>();
    private final TensorFile file;

    private TorchTree(Path path, String shownName) {
        this.shownName = requireNonNull(shownName, "shownName");
        this.file = TorchFile.open(path, shownName, this::tensorsOf);
    }

    /**
     * Opens a file of either format: reads the pickle, never the tensors.
     *
     * @throws UserException naming what is wrong with the file
     */
    public static TorchTree open(Path path, String shownName) {
        return new TorchTree(path, shownName);
    }

    private StateDict tensorsOf(PickleValue root) {
        if (!(root instanceof Entries)) {
            throw new UserException(
                    shownName, "holds " + root.inWords() + ", expected a dictionary.");
        }
        walk("", root, 0);
        return new StateDict(tensors, shownName);
    }

    private void walk(String path, PickleValue value, int depth) {
        if (depth > DEPTH || leaves.size() + tensors.size() + sizes.size() >= VALUES) {
            throw new UserException(
                    shownName,
                    String.format(
                            "nests deeper than %d levels or holds more than %d values: it is no"
                                    + " state of an optimizer.",
                            DEPTH, VALUES));
        }
        if (value instanceof Entries entries) {
            sizes.merge(path, entries.values.size() + entries.numbered.size(), this::twice);
            entries.values.forEach((key, each) -> walk(below(path, key), each, depth + 1));
            entries.numbered.forEach((key, each) -> walk(below(path, "" + key), each, depth + 1));
        } else if (value instanceof Items items) {
            walkAll(path, items.values, depth);
        } else if (value instanceof Tuple tuple) {
            walkAll(path, tuple.values, depth);
        } else if ((value instanceof Tensor ? tensors : leaves).put(path, value) != null) {
            throw new UserException(shownName, "has two values at " + shown(path) + ".");
        }
    }

    private void walkAll(String path, List<PickleValue> values, int depth) {
        sizes.merge(path, values.size(), this::twice);
        for (int i = 0; i < values.size(); i++) {
            walk(below(path, Integer.toString(i)), values.get(i), depth + 1);
        }
    }

    private Integer twice(Integer first, Integer second) {
        throw new UserException(
                shownName, "has two groups of " + first + " and " + second + " at one place.");
    }

    private static String below(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String shown(String path) {
        return path.length() <= 200 ? path : path.substring(0, 200) + "…";
    }

    /** Every tensor, by its path. */
    public TensorFile tensors() {
        return file;
    }

    /** A number, whole or not. */
    public OptionalDouble number(String path) {
        PickleValue leaf = leaves.get(path);
        if (leaf instanceof Whole whole) {
            return OptionalDouble.of(whole.value().doubleValue());
        }
        return leaf instanceof Decimal decimal
                ? OptionalDouble.of(decimal.value())
                : OptionalDouble.empty();
    }

    /** True or False. */
    public Optional<Boolean> flag(String path) {
        return leaves.get(path) instanceof Flag flag ? Optional.of(flag.value()) : Optional.empty();
    }

    /** Values of a dictionary, list or tuple; the root's path is empty. */
    public OptionalInt size(String path) {
        Integer size = sizes.get(path);
        return size == null ? OptionalInt.empty() : OptionalInt.of(size);
    }

    @Override
    public void close() {
        file.close();
    }
}
