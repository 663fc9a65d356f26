package shoal.model.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import shoal.model.tensor.TensorChannel;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorPlace;
import shoal.recipe.UserException;

/** Opens pytorch_model.bin files of both formats; the package's document describes them. */
public final class TorchFile {
    private static final int LOCAL_HEADER = 0x04034B50;

    private TorchFile() {}

    /**
     * Opens a file of tensors by name: reads the pickle, never the tensors.
     *
     * @throws UserException naming what is wrong with the file
     */
    public static TensorFile open(Path file, String shownName) {
        return open(file, shownName, value -> StateDict.ofWeights(value, shownName));
    }

    /** Opens a file whose tensors {@code root} finds in the pickled value. */
    static TensorFile open(Path file, String shownName, Function<PickleValue, StateDict> root) {
        return TensorChannel.open(file, shownName, (channel, name) -> places(channel, name, root));
    }

    private static Map<String, TensorPlace> places(
            FileChannel channel, String shownName, Function<PickleValue, StateDict> root)
            throws IOException {
        if (channel.size() < 4) {
            throw new UserException(
                    shownName,
                    "has "
                            + channel.size()
                            + " bytes, too few for a file of PyTorch. Copy it again.");
        }
        ByteBuffer start = TensorChannel.readFully(channel, 0, 4);
        return start.getInt() == LOCAL_HEADER
                ? ZipFormat.places(channel, shownName, root)
                : LegacyFormat.places(channel, shownName, root);
    }
}
