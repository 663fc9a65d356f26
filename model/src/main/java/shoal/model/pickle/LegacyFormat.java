package shoal.model.pickle;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import shoal.model.pickle.PickleValue.Entries;
import shoal.model.pickle.PickleValue.Flag;
import shoal.model.pickle.PickleValue.Items;
import shoal.model.pickle.PickleValue.Storage;
import shoal.model.pickle.PickleValue.Text;
import shoal.model.pickle.PickleValue.Whole;
import shoal.model.tensor.TensorChannel;
import shoal.model.tensor.TensorPlace;
import shoal.recipe.UserException;

/** The format before torch 1.6 (torch 2.7.1, serialization.py, _legacy_load). */
final class LegacyFormat {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final BigInteger PROTOCOL = BigInteger.valueOf(1_001);

    private final FileChannel channel;
    private final String shownName;

    private LegacyFormat(FileChannel channel, String shownName) {
        this.channel = channel;
        this.shownName = shownName;
    }

    /**
     * Where every tensor lies.
     *
     * @param root finds the tensors in the pickled value
     */
    static Map<String, TensorPlace> places(
            FileChannel channel, String shownName, Function<PickleValue, StateDict> root)
            throws IOException {
        return new LegacyFormat(channel, shownName).places(root);
    }

    private Map<String, TensorPlace> places(Function<PickleValue, StateDict> root)
            throws IOException {
        int window = (int) Math.min(channel.size(), Unpickler.PICKLE_BYTES);
        PickleBytes bytes = new PickleBytes(TensorChannel.readFully(channel, 0, window), shownName);
        checkStart(bytes);
        StateDict tensors = root.apply(Unpickler.read(bytes, shownName));
        PickleValue keys = Unpickler.read(bytes, shownName);
        if (!(keys instanceof Items list)) {
            throw bytes.damaged("has no list of storages");
        }
        return tensors.places(positions(list, tensors.storages(), bytes.position()));
    }

    private void checkStart(PickleBytes bytes) {
        if (bytes.oneByte() != 0x80) {
            throw new UserException(
                    shownName,
                    "is no file of weights: it is neither a zip file nor a pickle. Copy it again.");
        }
        bytes.rewind();
        if (!isWhole(Unpickler.read(bytes, shownName), MAGIC)
                || !isWhole(Unpickler.read(bytes, shownName), PROTOCOL)) {
            throw new UserException(shownName, "is a pickle, but not a file of PyTorch weights.");
        }
        if (!(Unpickler.read(bytes, shownName) instanceof Entries system)
                || !(system.values.get("little_endian") instanceof Flag little)
                || !little.value()) {
            throw new UserException(
                    shownName, "was not written by a little-endian machine. Save it on one.");
        }
    }

    private static boolean isWhole(PickleValue value, BigInteger expected) {
        return value instanceof Whole whole && whole.value().equals(expected);
    }

    /** Behind the pickles, for each key: the number of elements, then the elements. */
    private Map<String, Long> positions(Items keys, Map<String, Storage> storages, long start)
            throws IOException {
        Map<String, Long> positions = new HashMap<>();
        long at = start;
        for (PickleValue value : keys.values) {
            String key = value instanceof Text text ? text.value() : "";
            Storage storage = storages.get(key);
            if (storage == null) {
                throw new UserException(
                        shownName,
                        "lists a storage that no tensor uses (" + value.inWords() + ").");
            }
            requireBytes(at, 8, key);
            long elements = TensorChannel.readFully(channel, at, 8).getLong();
            if (elements != storage.elements()) {
                throw new UserException(
                        shownName,
                        String.format(
                                "The storage %s has %d elements, but its tensors expect %d. The"
                                        + " file is damaged.",
                                key, elements, storage.elements()));
            }
            long size = StateDict.sizeBytes(storage, shownName);
            requireBytes(at + 8, size, key);
            positions.put(key, at + 8);
            at += 8 + size;
        }
        return positions;
    }

    private void requireBytes(long position, long size, String key) throws IOException {
        if (size > channel.size() - position) {
            throw new UserException(
                    shownName,
                    String.format(
                            "is truncated: the storage %s needs %d bytes at %d, but the file has"
                                    + " %d. Copy it again.",
                            key, size, position, channel.size()));
        }
    }
}
