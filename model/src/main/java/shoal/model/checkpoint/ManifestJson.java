package shoal.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.recipe.Limits;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.Sha256;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonFields;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/** shoal.json, the manifest of a checkpoint; the package's document describes it. */
final class ManifestJson {
    static final String NAME = CheckpointManifest.NAME;

    /** The format that is written. */
    static final int VERSION = 1;

    /** The oldest format that is read. */
    private static final int OLDEST = 1;

    private static final String VERSION_KEY = "checkpoint_version";
    static final String SEAL = "sha256_of_the_rest";

    private static final String INFINITE = "Infinity";

    /** Files of one checkpoint: a dozen are written. */
    private static final int FILES = 100;

    /** A name without a folder: a manifest never reaches outside of its own. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private ManifestJson() {}

    static String write(CheckpointManifest manifest) {
        Members json =
                new Members()
                        .integer(VERSION_KEY, VERSION)
                        .put("position", position(manifest.position()))
                        .put("facts", facts(manifest.facts()))
                        .put("recipe", recipe(manifest.recipe()))
                        .put("files", files(manifest.files()));
        json.text(SEAL, sealOf(json.object()));
        return JsonWriter.indented(json.object());
    }

    static JsonObject files(List<SealedFile> sealed) {
        Members files = new Members();
        for (SealedFile file : sealed) {
            files.put(
                    file.name(),
                    new Members()
                            .integer("size_bytes", file.sizeBytes())
                            .text("sha256", file.sha256())
                            .object());
        }
        return files.object();
    }

    private static JsonObject position(RunPosition position) {
        RunPosition.Losses losses = position.losses();
        Members members =
                new Members()
                        .integer("step", position.step())
                        .number("epoch", position.epoch())
                        .integer("logged_step", losses.loggedStep())
                        .number("loss_since_logged", losses.sinceLogged())
                        .number("loss_until_logged", losses.untilLogged())
                        .number("learning_rate", losses.learningRate());
        losses.gradientNorm().ifPresent(norm -> members.put("gradient_norm", norm(norm)));
        RunPosition.Scaling scaling = position.scaling();
        if (!scaling.equals(RunPosition.Scaling.none())) {
            members.put("scaling", scaling(scaling));
        }
        return members.object();
    }

    /** A step that was skipped has an infinite one, for which JSON has no number. */
    private static JsonValue norm(double norm) {
        return Double.isInfinite(norm) ? JsonText.of(INFINITE) : JsonNumber.of(norm);
    }

    private static JsonObject scaling(RunPosition.Scaling scaling) {
        return new Members()
                .integer("skipped", scaling.skipped())
                .number("loss_scale", scaling.lossScale())
                .integer("good_steps", scaling.goodSteps())
                .integer("hysteresis", scaling.hysteresis())
                .object();
    }

    private static RunPosition.Scaling scaling(JsonFields fields) {
        RunPosition.Scaling scaling =
                new RunPosition.Scaling(
                        fields.count("skipped", 0, Integer.MAX_VALUE),
                        fields.number("loss_scale", 0, Double.MAX_VALUE),
                        fields.count("good_steps", 0, Integer.MAX_VALUE),
                        fields.count("hysteresis", Integer.MIN_VALUE, Integer.MAX_VALUE));
        fields.refuseOthers();
        return scaling;
    }

    private static JsonObject facts(RunFacts facts) {
        return new Members()
                .integer("train_rows", facts.trainRows())
                .integer("evaluation_rows", facts.evaluationRows())
                .integer("labels", facts.labels())
                .put("train_sha256", textOrNull(facts.trainSha256()))
                .put("evaluation_sha256", textOrNull(facts.evaluationSha256()))
                .put("model_sha256", textOrNull(facts.modelSha256()))
                .object();
    }

    private static JsonValue textOrNull(Optional<String> text) {
        return text.<JsonValue>map(JsonText::of).orElse(Json.NULL);
    }

    private static JsonObject recipe(Recipe recipe) {
        return JsonReader.readObject(RecipeJson.write(recipe).getBytes(UTF_8), NAME);
    }

    /** The hash of everything but the seal, on one line. */
    static String sealOf(JsonObject json) {
        byte[] rest = JsonWriter.compact(new Members(json).remove(SEAL).object()).getBytes(UTF_8);
        return HexFormat.of().formatHex(Sha256.digest().digest(rest));
    }

    /** Whether nothing was changed since it was sealed. */
    static boolean isAsSealed(JsonObject json) {
        return Json.text(json, SEAL).equals(Optional.of(sealOf(json)));
    }

    /**
     * Reads a manifest.
     *
     * @throws UserException if it is too old, too new or damaged, in different words
     */
    static CheckpointManifest read(Path file, String shownName) {
        JsonObject json = Json.readObject(file, shownName);
        checkVersion(json, shownName);
        if (!isAsSealed(json)) {
            throw new UserException(
                    shownName,
                    "is damaged: its text does not have the hash that it was sealed with. Use an"
                            + " earlier checkpoint.");
        }
        Problems problems = new Problems();
        try {
            CheckpointManifest manifest =
                    fields(json, new JsonFields(json, shownName, problems), shownName);
            problems.throwIfAny();
            return manifest;
        } catch (IllegalArgumentException outOfBounds) {
            problems.throwIfAny();
            throw new UserException(shownName, String.valueOf(outOfBounds.getMessage()));
        }
    }

    private static void checkVersion(JsonObject json, String shownName) {
        OptionalLong version = Json.integer(json, VERSION_KEY);
        if (version.isEmpty()) {
            throw new UserException(
                    shownName, "has no " + VERSION_KEY + ": it is no manifest of a checkpoint.");
        }
        if (version.getAsLong() > VERSION) {
            throw new UserException(
                    shownName,
                    String.format(
                            "is too new: %s is %d, and this Shoal reads up to %d. Resume with the"
                                    + " Shoal that wrote it, or a newer one.",
                            VERSION_KEY, version.getAsLong(), VERSION));
        }
        if (version.getAsLong() < OLDEST) {
            throw new UserException(
                    shownName,
                    String.format(
                            "is too old: %s is %d, and this Shoal reads from %d on. Resume with"
                                    + " the Shoal that wrote it.",
                            VERSION_KEY, version.getAsLong(), OLDEST));
        }
    }

    private static CheckpointManifest fields(JsonObject json, JsonFields fields, String shownName) {
        fields.whole(VERSION_KEY, OLDEST, VERSION);
        fields.text(SEAL);
        fields.object("recipe");
        RunPosition at = position(json, fields.object("position"));
        RunFacts facts = facts(json, fields.object("facts"));
        fields.object("files");
        fields.refuseOthers();
        return new CheckpointManifest(recipe(json, shownName), at, facts, files(json, shownName));
    }

    private static RunPosition position(JsonObject json, JsonFields position) {
        JsonObject members = Json.object(json, "position").orElse(JsonObject.of(Map.of()));
        Optional<JsonValue> norm = members.member("gradient_norm");
        boolean skipped = norm.filter(JsonText.class::isInstance).isPresent();
        RunPosition read =
                new RunPosition(
                        position.count("step", 1, Integer.MAX_VALUE),
                        position.number("epoch", 0, 1e9),
                        new RunPosition.Losses(
                                position.count("logged_step", 0, Integer.MAX_VALUE),
                                position.number("loss_since_logged", -1e300, 1e300),
                                position.number("loss_until_logged", -1e300, 1e300),
                                norm.isEmpty()
                                        ? OptionalDouble.empty()
                                        : OptionalDouble.of(norm(position, skipped)),
                                position.number("learning_rate", 0, 1e6)),
                        members.member("scaling").isPresent()
                                ? scaling(position.object("scaling"))
                                : RunPosition.Scaling.none());
        position.refuseOthers();
        return read;
    }

    private static double norm(JsonFields position, boolean skipped) {
        return skipped
                ? infinite(position.text("gradient_norm"))
                : position.number("gradient_norm", 0, 1e300);
    }

    private static double infinite(String text) {
        if (!text.equals(INFINITE)) {
            throw new IllegalArgumentException(
                    "gradient_norm is " + text + ", expected a number or " + INFINITE);
        }
        return Double.POSITIVE_INFINITY;
    }

    private static RunFacts facts(JsonObject json, JsonFields facts) {
        JsonObject members = Json.object(json, "facts").orElse(JsonObject.of(Map.of()));
        return new RunFacts(
                facts.count("train_rows", 1, Limits.ROWS),
                facts.count("evaluation_rows", 0, Limits.ROWS),
                facts.count("labels", 1, Limits.LABELS),
                Json.text(members, "train_sha256"),
                Json.text(members, "evaluation_sha256"),
                Json.text(members, "model_sha256"));
    }

    private static Recipe recipe(JsonObject json, String shownName) {
        try {
            return RecipeJson.read(
                    JsonWriter.compact(
                            Json.object(json, "recipe").orElse(JsonObject.of(Map.of()))));
        } catch (UserException refused) {
            Problems problems = new Problems();
            refused.problems()
                    .forEach(
                            problem ->
                                    problems.add(
                                            shownName, problem.where() + " " + problem.what()));
            problems.throwIfAny();
            throw refused;
        }
    }

    static List<SealedFile> files(JsonObject json, String shownName) {
        JsonObject entries = Json.object(json, "files").orElse(JsonObject.of(Map.of()));
        if (entries.members().size() > FILES) {
            throw new UserException(
                    shownName,
                    "lists "
                            + entries.members().size()
                            + " files; at most "
                            + FILES
                            + " are read.");
        }
        List<SealedFile> files = new ArrayList<>();
        entries.members().forEach((name, value) -> files.add(file(name, value, shownName)));
        return files;
    }

    private static SealedFile file(String name, JsonValue value, String shownName) {
        if (value instanceof JsonObject entry && PLAIN_NAME.matcher(name).matches()) {
            long size = Json.integer(entry, "size_bytes").orElse(-1);
            String sha256 = Json.text(entry, "sha256").orElse("");
            if (size >= 0 && SHA256.matcher(sha256).matches()) {
                return new SealedFile(name, size, sha256);
            }
        }
        throw new UserException(
                shownName + ":" + value.line(),
                "lists "
                        + JsonWriter.quoted(name)
                        + ", expected the name of a file in the same folder with its size_bytes"
                        + " and sha256.");
    }
}
