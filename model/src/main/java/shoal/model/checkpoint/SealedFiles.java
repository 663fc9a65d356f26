package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonWriter;

/**
 * Sizes and hashes of sealed files, kept so that nobody has to read gigabytes again: in the
 * manifest of a checkpoint, or in a list of the same form beside a result.
 */
public final class SealedFiles {
    private SealedFiles() {}

    /** Keeps a list in a file of its own, in place of an earlier one. Not durable: a help only. */
    public static void write(Path list, List<SealedFile> files) throws IOException {
        Members json = new Members().put("files", ManifestJson.files(files));
        json.text(ManifestJson.SEAL, ManifestJson.sealOf(json.object()));
        Files.writeString(list, JsonWriter.indented(json.object()));
    }

    /** Files by name, as a manifest or list has them; none if it is not there or damaged. */
    public static Map<String, SealedFile> read(Path list) {
        Map<String, SealedFile> found = new TreeMap<>();
        if (!Files.isRegularFile(list)) {
            return found;
        }
        try {
            JsonObject json = Json.readObject(list, list.toString());
            if (ManifestJson.isAsSealed(json)) {
                ManifestJson.files(json, list.toString())
                        .forEach(file -> found.put(file.name(), file));
            }
        } catch (UserException damaged) {
            // Whoever asks hashes the files; whoever resumes from them hears what is wrong.
            found.clear();
        }
        return found;
    }
}
