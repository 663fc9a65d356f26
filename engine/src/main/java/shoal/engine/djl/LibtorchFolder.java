package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shoal.recipe.UserException;

/**
 * An installed libtorch that takes the place of the bundled one: the {@code lib} folder of torch in
 * Python, or of PyTorch's own archive.
 *
 * <p>Its version must be that of the functions by which Java calls it: another one is loaded
 * without complaint and fails at some later call. Which version it has is written beside it, in
 * {@code version.py} (torch in Python) or {@code build-version} (the archive).
 *
 * @param folder with {@code libtorch.so}
 * @param version such as 2.7.1
 * @param flavor such as cpu or cu126
 * @param origin the flag or variable that named it
 */
public record LibtorchFolder(Path folder, String version, String flavor, String origin) {
    private static final String LIBRARY = "libtorch.so";

    /** DJL's names; it reads them when it loads (LibUtils, DJL 0.36.0). */
    private static final String PATH_PROPERTY = "PYTORCH_LIBRARY_PATH";

    private static final Pattern VERSION_PY =
            Pattern.compile("(?m)^__version__ *= *['\"]([^'\"]*)['\"]");
    private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+\\.\\d+)(?:\\+(\\w+))?.*");

    public LibtorchFolder {
        requireNonNull(folder, "folder");
        requireNonNull(version, "version");
        requireNonNull(flavor, "flavor");
        requireNonNull(origin, "origin");
    }

    /** What Java's side is made for. */
    public static String supportedVersion() {
        String resource = "/jnilib/pytorch.properties";
        try (InputStream in = LibtorchFolder.class.getResourceAsStream(resource)) {
            Properties properties = new Properties();
            properties.load(requireNonNull(in, resource));
            String both = properties.getProperty("jni_version", ""); // libtorch's, dash, DJL's
            return both.substring(0, both.indexOf('-'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The one that the flag names, else SHOAL_LIBTORCH, else torch of an active virtual environment
     * if that is of the right version; empty: the bundled one.
     *
     * @param typed the flag's value
     * @param workingDirectory what a relative path starts from
     * @throws UserException if it is none, or of another version
     */
    public static Optional<LibtorchFolder> named(
            Optional<String> typed, Map<String, String> environment, Path workingDirectory) {
        if (typed.isPresent()) {
            return Optional.of(open("--libtorch", typed.get(), workingDirectory));
        }
        String variable = environment.getOrDefault("SHOAL_LIBTORCH", "");
        if (!variable.isEmpty()) {
            return Optional.of(open("SHOAL_LIBTORCH", variable, workingDirectory));
        }
        Optional<Path> active = ofVirtualEnvironment(environment);
        try {
            return active.map(torch -> open("VIRTUAL_ENV", torch.toString(), workingDirectory));
        } catch (UserException another) {
            return Optional.empty(); // It is active for something else, perhaps.
        }
    }

    /** Torch of an active virtual environment, whatever its version; empty if it has none. */
    public static Optional<Path> ofVirtualEnvironment(Map<String, String> environment) {
        String root = environment.getOrDefault("VIRTUAL_ENV", "");
        if (root.isEmpty()) {
            return Optional.empty();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> pythons =
                Files.newDirectoryStream(Path.of(root, "lib"), "python*")) {
            for (Path python : pythons) {
                Path torch = python.resolve("site-packages").resolve("torch").resolve("lib");
                if (Files.isRegularFile(torch.resolve(LIBRARY))) {
                    found.add(torch);
                }
            }
        } catch (IOException none) {
            return Optional.empty();
        }
        Collections.sort(found);
        return found.stream().findFirst();
    }

    /**
     * Looks at a folder.
     *
     * @param origin the flag or variable that names it
     * @param typed the folder with libtorch.so, or the one above it
     * @throws UserException if there is no libtorch, or of another version
     */
    public static LibtorchFolder open(String origin, String typed, Path workingDirectory) {
        Path given = workingDirectory.resolve(typed).toAbsolutePath().normalize();
        Path folder = Files.exists(given.resolve(LIBRARY)) ? given : given.resolve("lib");
        String where = origin + " " + typed;
        if (!Files.isRegularFile(folder.resolve(LIBRARY))) {
            throw new UserException(
                    where,
                    "has no "
                            + LIBRARY
                            + ". Name the lib folder of an installed torch "
                            + remedy());
        }
        String said =
                version(where, folder.resolveSibling("version.py"), VERSION_PY)
                        .or(
                                () ->
                                        version(
                                                where,
                                                folder.resolveSibling("build-version"),
                                                Pattern.compile("^(.*)")))
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                where,
                                                "does not say its version: neither version.py nor"
                                                        + " build-version is beside it. Name the lib folder"
                                                        + " of an installed torch "
                                                        + remedy()));
        Matcher parts = VERSION.matcher(said.strip());
        if (!parts.matches() || !parts.group(1).equals(supportedVersion())) {
            throw new UserException(
                    where,
                    "is of torch " + said.strip() + ". Name the lib folder of torch " + remedy());
        }
        String flavor = parts.group(2);
        return new LibtorchFolder(
                folder,
                parts.group(1),
                flavor != null ? flavor : hasCuda(folder) ? "cuda" : "cpu",
                origin);
    }

    /** From now on this is what the process loads, if it has not loaded one. */
    public void use() {
        System.setProperty(PATH_PROPERTY, folder.toString());
        System.setProperty("PYTORCH_VERSION", version);
        // Java's side of it, which is one for all: others only load libraries before it.
        System.setProperty("PYTORCH_FLAVOR", "cpu");
    }

    /** What it is and who named it, in a line. */
    public String words() {
        return version + " (" + flavor + ") in " + folder + ", from " + origin;
    }

    /** Whether it computes on CUDA devices, too. */
    public boolean hasCuda() {
        return hasCuda(folder);
    }

    private static boolean hasCuda(Path folder) {
        return Files.exists(folder.resolve("libtorch_cuda.so"));
    }

    /** The folder that was named for this process, by us or by DJL's own variable. */
    static Optional<String> inUse() {
        return Optional.ofNullable(System.getenv(PATH_PROPERTY))
                .or(() -> Optional.ofNullable(System.getProperty(PATH_PROPERTY)));
    }

    private static String remedy() {
        return supportedVersion()
                + " (pip install torch=="
                + supportedVersion()
                + ", then .../site-packages/torch/lib), or leave it out for the bundled one.";
    }

    private static Optional<String> version(String where, Path file, Pattern form) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Matcher found = form.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            return found.find() ? Optional.of(found.group(1)) : Optional.empty();
        } catch (IOException e) {
            throw new UserException(where, "has a " + file + " that cannot be read: " + e);
        }
    }
}
