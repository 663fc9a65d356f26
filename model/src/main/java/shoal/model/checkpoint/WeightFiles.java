package shoal.model.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import shoal.model.json.Json;
import shoal.model.pickle.TorchFile;
import shoal.model.safetensors.SafetensorsFile;
import shoal.model.tensor.TensorFile;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/** Which files of a folder hold its weights, and opening them as one. */
final class WeightFiles {
    private static final String INDEX = ".index.json";

    /** In HF's order of preference (transformers 4.57.6, modeling_utils.py). */
    static final List<String> NAMES =
            List.of(
                    "model.safetensors",
                    "model.safetensors" + INDEX,
                    "pytorch_model.bin",
                    "pytorch_model.bin" + INDEX);

    /** Files that one index names: HF makes a new one every 5 GB. */
    private static final int SHARDS = 1_000;

    /** A name without a folder: an index never reaches outside of its own. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");

    private WeightFiles() {}

    static List<ModelFile> of(Path folder, String shownName) {
        for (String name : NAMES) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return name.endsWith(INDEX)
                        ? indexed(folder, name, shownName)
                        : List.of(weights(folder, name));
            }
        }
        throw new UserException(
                shownName, "The folder has no weights: expected one of " + NAMES + ".");
    }

    private static ModelFile weights(Path folder, String name) {
        return new ModelFile(name, folder.resolve(name), ModelFile.Kind.WEIGHTS);
    }

    private static List<ModelFile> indexed(Path folder, String index, String shownName) {
        String shownIndex = shownName + "/" + index;
        JsonObject json = Json.readObject(folder.resolve(index), shownIndex);
        JsonObject map =
                Json.object(json, "weight_map")
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                shownIndex,
                                                "has no weight_map, expected an object of tensor"
                                                        + " names and files."));
        Set<String> names = new LinkedHashSet<>();
        map.members().forEach((tensor, file) -> names.add(shard(tensor, file, shownIndex)));
        if (names.isEmpty() || names.size() > SHARDS) {
            throw new UserException(
                    shownIndex, "names " + names.size() + " files, expected 1 to " + SHARDS + ".");
        }
        List<ModelFile> files = new ArrayList<>();
        files.add(weights(folder, index));
        for (String name : names) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new UserException(
                        shownIndex,
                        "names the file " + name + ", which is not in the folder. Copy it too.");
            }
            files.add(weights(folder, name));
        }
        return files;
    }

    private static String shard(String tensor, JsonValue file, String shownIndex) {
        if (file instanceof JsonText name
                && PLAIN_NAME.matcher(name.text()).matches()
                && !name.text().endsWith(INDEX)) {
            return name.text();
        }
        throw new UserException(
                shownIndex + ":" + file.line(),
                String.format(
                        "says that %s is in %s, expected the name of a file in the same folder.",
                        tensor, file.inWords()));
    }

    /** Opens the weights among the files of a folder, as one file of tensors. */
    static TensorFile open(List<ModelFile> files, String shownName) {
        List<ModelFile> weights =
                files.stream().filter(file -> file.kind() == ModelFile.Kind.WEIGHTS).toList();
        if (weights.size() == 1) {
            return openOne(weights.get(0), shownName);
        }
        List<TensorFile> shards = new ArrayList<>();
        try {
            for (ModelFile shard : weights.subList(1, weights.size())) {
                shards.add(openOne(shard, shownName));
            }
            return new ShardedFile(shownName, shards);
        } catch (RuntimeException refused) {
            shards.forEach(TensorFile::close);
            throw refused;
        }
    }

    private static TensorFile openOne(ModelFile file, String shownName) {
        String shown = shownName + "/" + file.name();
        return file.name().endsWith(".safetensors")
                ? SafetensorsFile.open(file.path(), shown)
                : TorchFile.open(file.path(), shown);
    }
}
