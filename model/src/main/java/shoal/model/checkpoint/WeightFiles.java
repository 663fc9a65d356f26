package shoal.model.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.tensor.TensorFile;
import shoal.recipe.UserException;

/** Which files of a folder hold its weights, in HF's order of preference. */
final class WeightFiles {
    private static final String SINGLE = "model.safetensors";

    private WeightFiles() {}

    static List<ModelFile> of(Path folder, String shownName) {
        if (Files.isRegularFile(folder.resolve(SINGLE))) {
            return List.of(new ModelFile(SINGLE, folder.resolve(SINGLE), ModelFile.Kind.WEIGHTS));
        }
        throw new UserException(shownName, "The folder has no weights: expected " + SINGLE + ".");
    }

    /** Opens the weights among the files of a folder. */
    static TensorFile open(List<ModelFile> files, String shownName) {
        ModelFile weights =
                files.stream()
                        .filter(file -> file.kind() == ModelFile.Kind.WEIGHTS)
                        .findFirst()
                        .orElseThrow();
        return SafetensorsFile.open(weights.path(), shownName + "/" + weights.name());
    }
}
