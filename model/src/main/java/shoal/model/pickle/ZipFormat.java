package shoal.model.pickle;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import shoal.model.pickle.PickleValue.Storage;
import shoal.model.tensor.TensorChannel;
import shoal.model.tensor.TensorPlace;
import shoal.recipe.UserException;

/** The format since torch 1.6 (torch 2.7.1, serialization.py, _load). */
final class ZipFormat {
    private static final String PICKLE = "/data.pkl";

    private final FileChannel channel;
    private final String shownName;
    private final Map<String, ZipDirectory.Entry> entries;

    private ZipFormat(
            FileChannel channel, String shownName, Map<String, ZipDirectory.Entry> entries) {
        this.channel = channel;
        this.shownName = shownName;
        this.entries = entries;
    }

    /**
     * Where every tensor lies.
     *
     * @param root finds the tensors in the pickled value
     */
    static Map<String, TensorPlace> places(
            FileChannel channel, String shownName, Function<PickleValue, StateDict> root)
            throws IOException {
        return new ZipFormat(channel, shownName, ZipDirectory.read(channel, shownName))
                .places(root);
    }

    private Map<String, TensorPlace> places(Function<PickleValue, StateDict> root)
            throws IOException {
        String folder = folder();
        if (entries.containsKey(folder + "/constants.pkl")) {
            throw new UserException(
                    shownName,
                    "is a TorchScript archive, which holds code. Only weights are read.");
        }
        checkByteOrder(folder);
        ZipDirectory.Entry pickle = entry(folder + PICKLE);
        if (pickle.sizeBytes() > Unpickler.PICKLE_BYTES) {
            throw new UserException(
                    shownName,
                    String.format(
                            "has a pickle of %d bytes; at most %d are read.",
                            pickle.sizeBytes(), Unpickler.PICKLE_BYTES));
        }
        PickleValue value =
                Unpickler.read(
                        TensorChannel.readFully(
                                channel, pickle.positionBytes(), (int) pickle.sizeBytes()),
                        shownName);
        StateDict tensors = root.apply(value);
        Map<String, Long> positions = new HashMap<>();
        for (Storage storage : tensors.storages().values()) {
            positions.put(storage.key(), position(folder, storage));
        }
        return tensors.places(positions);
    }

    /** Everything lies in one folder, whatever its name. */
    private String folder() {
        for (String name : entries.keySet()) {
            if (name.endsWith(PICKLE)) {
                return name.substring(0, name.length() - PICKLE.length());
            }
        }
        throw new UserException(
                shownName, "is a zip file, but not one of PyTorch weights: it has no data.pkl.");
    }

    private void checkByteOrder(String folder) throws IOException {
        ZipDirectory.Entry order = entries.get(folder + "/byteorder");
        if (order == null) {
            return;
        }
        int size = (int) Math.min(order.sizeBytes(), 16);
        byte[] text = TensorChannel.readFully(channel, order.positionBytes(), size).array();
        if (!new String(text, StandardCharsets.UTF_8).equals("little")) {
            throw new UserException(
                    shownName, "was not written by a little-endian machine. Save it on one.");
        }
    }

    private ZipDirectory.Entry entry(String name) {
        ZipDirectory.Entry entry = entries.get(name);
        if (entry == null) {
            throw new UserException(
                    shownName, "has no entry " + name + ". The file is damaged; copy it again.");
        }
        return entry;
    }

    private long position(String folder, Storage storage) {
        ZipDirectory.Entry entry = entry(folder + "/data/" + storage.key());
        long expected = StateDict.sizeBytes(storage, shownName);
        if (entry.sizeBytes() != expected) {
            throw new UserException(
                    shownName,
                    String.format(
                            "The storage %s has %d bytes, but its tensors expect %d. The file is"
                                    + " damaged.",
                            storage.key(), entry.sizeBytes(), expected));
        }
        return entry.positionBytes();
    }
}
