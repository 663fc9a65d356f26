package shoal.testkit.whole;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import shoal.model.checkpoint.ModelFile;
import shoal.model.checkpoint.ModelFolder;
import shoal.proto.v1.Artefact;
import shoal.testkit.golden.GoldenCurve;
import shoal.testkit.golden.GoldenFolder;

/** The files of a run, where they lie here. */
public record RunFiles(Path train, Path evaluation, Path model) {
    public RunFiles {
        requireNonNull(train, "train");
        requireNonNull(evaluation, "evaluation");
        requireNonNull(model, "model");
    }

    /** The files of a reference run. */
    public static RunFiles of(GoldenCurve curve) {
        GoldenFolder folder = curve.folder();
        return new RunFiles(
                folder.file(curve.trainFile()),
                folder.file(curve.evaluationFile()),
                folder.file(curve.model()));
    }

    /** The files of the project's sample. */
    static RunFiles sample() {
        Path data = Path.of(System.getProperty("shoal.root"), "data");
        return new RunFiles(
                data.resolve("train.tsv"), data.resolve("dev.tsv"), data.resolve("model"));
    }

    /** A file and what a run calls it. */
    public record Sent(Artefact artefact, Path path) {}

    List<Sent> sent() throws IOException {
        List<Sent> all = new ArrayList<>();
        all.add(sent(Artefact.Role.TRAIN_ROWS, train));
        all.add(sent(Artefact.Role.EVALUATION_ROWS, evaluation));
        for (ModelFile file : ModelFolder.open(model, model.toString()).files()) {
            all.add(sent(Artefact.Role.MODEL_FILE, file.path()));
        }
        return all;
    }

    private static Sent sent(Artefact.Role role, Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        Artefact artefact =
                Artefact.newBuilder()
                        .setRole(role)
                        .setName(path.getFileName().toString())
                        .setSizeBytes(bytes.length)
                        .setSha256(ByteString.copyFrom(sha256(bytes)))
                        .build();
        return new Sent(artefact, path);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
