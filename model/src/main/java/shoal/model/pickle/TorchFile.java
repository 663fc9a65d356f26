package shoal.model.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import shoal.model.tensor.TensorChannel;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorPlace;
import shoal.recipe.UserException;

/** Opens pytorch_model.bin files of both formats; the package's document describes them. */
public final class TorchFile {
    private static final int LOCAL_HEADER = 0x04034B50;

    private TorchFile() {}

    /**
     * Opens a file: reads the pickle, never the tensors.
     *
     * @throws UserException naming what is wrong with the file
     */
    public static TensorFile open(Path file, String shownName) {
        return TensorChannel.open(file, shownName, TorchFile::places);
    }

    private static Map<String, TensorPlace> places(FileChannel channel, String shownName)
            throws IOException {
        if (channel.size() < 4) {
            throw new UserException(
                    shownName,
                    "has "
                            + channel.size()
                            + " bytes, too few for a file of weights. Copy it again.");
        }
        ByteBuffer start = TensorChannel.readFully(channel, 0, 4);
        return start.getInt() == LOCAL_HEADER
                ? ZipFormat.places(channel, shownName)
                : LegacyFormat.places(channel, shownName);
    }
}
