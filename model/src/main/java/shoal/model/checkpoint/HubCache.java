package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import shoal.recipe.UserException;

/**
 * Finds the folder that {@code --pretrained_model_name_or_path} means: a folder, or the name of a
 * model that HF's tools keep in their cache.
 *
 * <p>The cache's layout is that of huggingface_hub 0.36 (file_download.py): {@code
 * models--OWNER--NAME/refs/main} holds a revision, {@code snapshots/REVISION} the files. Its place
 * is that of constants.py: HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub. Nothing
 * is downloaded.
 */
public final class HubCache {
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?");

    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}");

    private final List<Path> places;

    /**
     * A cache as a process's environment says.
     *
     * @param environment variables by name
     * @param home the user's home folder
     */
    public HubCache(Map<String, String> environment, Path home) {
        this.places = places(environment, home);
    }

    private static List<Path> places(Map<String, String> environment, Path home) {
        Set<Path> places = new LinkedHashSet<>();
        for (String name : List.of("TRANSFORMERS_CACHE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")) {
            given(environment, name, home).ifPresent(places::add);
        }
        if (places.isEmpty()) {
            Path cache = given(environment, "XDG_CACHE_HOME", home).orElse(home.resolve(".cache"));
            places.add(
                    given(environment, "HF_HOME", home)
                            .orElse(cache.resolve("huggingface"))
                            .resolve("hub"));
        }
        return List.copyOf(places);
    }

    private static Optional<Path> given(Map<String, String> environment, String name, Path home) {
        String value = environment.getOrDefault(name, "");
        if (value.startsWith("~/")) {
            return Optional.of(home.resolve(value.substring(2)));
        }
        return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value));
    }

    /**
     * The folder of a model.
     *
     * @param typed what the user wrote: a folder or a name
     * @param asPath the same as a path
     * @param flag where the user wrote it
     * @throws UserException naming every folder that was searched
     */
    public Path find(String typed, Path asPath, String flag) {
        if (Files.isDirectory(asPath)) {
            return asPath;
        }
        List<String> searched = new ArrayList<>();
        searched.add(asPath.toAbsolutePath().normalize().toString());
        if (NAME.matcher(typed).matches()) {
            for (Path place : places) {
                Path model = place.resolve("models--" + typed.replace("/", "--"));
                Optional<Path> snapshot = snapshot(model);
                if (snapshot.isPresent()) {
                    return snapshot.get();
                }
                searched.add(model.toString());
            }
        }
        throw new UserException(
                flag,
                String.format(
                        "%s is neither a folder nor a model in HF's cache. Searched: %s. Nothing is"
                                + " downloaded: fetch it with \"hf download %s\", or give the path of"
                                + " a folder that has config.json.",
                        typed, String.join(", ", searched), typed));
    }

    /** The main revision, if its files are there. */
    private static Optional<Path> snapshot(Path model) {
        try {
            String revision = Files.readString(model.resolve("refs/main")).strip();
            if (!REVISION.matcher(revision).matches()) {
                return Optional.empty();
            }
            Path snapshot = model.resolve("snapshots").resolve(revision);
            return Optional.of(snapshot).filter(Files::isDirectory);
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
