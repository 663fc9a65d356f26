package shoal.testkit.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.StateKind;
import shoal.model.checkpoint.Checkpoint;
import shoal.model.checkpoint.CheckpointTexts;
import shoal.model.checkpoint.Checkpoints;
import shoal.model.checkpoint.HuggingFaceExport;
import shoal.model.checkpoint.ModelCard;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.RunFacts;
import shoal.model.checkpoint.StagedCheckpoint;
import shoal.plan.schedule.LearningRates;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonWriter;

/**
 * A run that changes sides in the middle of an epoch goes on as if it had not: from HF's Trainer to
 * Shoal's engine, and back through a checkpoint of Shoal and its export.
 */
@Tag("slow")
class PeerResumeTest {
    private static final int STEP = 7;

    /** HF logs losses rounded to 4 decimals: two of them may differ by one in the last. */
    private static final double ROUNDED = 1.0001e-4;

    @TempDir Path folder;

    @Test
    void a_run_goes_on_from_hf_to_shoal_and_from_shoal_to_hf() throws Exception {
        Peer.assume();
        GoldenCurve curve = GoldenFolder.own().curve("cosine-accumulate-smooth.json");
        Map<Integer, Double> whole = train(curve, "whole", Optional.empty());
        Path fromHf = folder.resolve("whole/checkpoint-" + STEP);

        Checkpoint checkpoint = Checkpoint.open(fromHf, "whole/checkpoint-" + STEP);
        assertGoesOn(CurveRun.lossesAfter(checkpoint, curve), whole);

        Checkpoint ours = rewritten(checkpoint, curve);
        assertGoesOn(CurveRun.lossesAfter(ours, curve), whole);
        int steps = ours.trainerState().maxSteps();
        double rate = LearningRates.of(curve.recipe(), steps).at(STEP + 1);
        Path exported = folder.resolve("exported/checkpoint-" + STEP);
        new HuggingFaceExport(ours, rate).into(exported, "exported");

        assertThat(Checkpoint.open(exported, "exported").position()).isEqualTo(ours.position());
        assertGoesOn(train(curve, "resumed", Optional.of(exported)), whole);
    }

    private static void assertGoesOn(Map<Integer, Double> after, Map<Integer, Double> whole) {
        for (int step = STEP + 1; step <= whole.size(); step++) {
            assertThat(after.get(step))
                    .as("loss of step " + step)
                    .isEqualTo(whole.get(step), within(ROUNDED));
        }
    }

    /** The same state as a checkpoint of Shoal. */
    private Checkpoint rewritten(Checkpoint from, GoldenCurve curve) {
        ModelFolder model = ModelFolder.open(curve.folder().file(curve.model()), curve.model());
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("ours"), "ours");
        try (StagedCheckpoint staged = checkpoints.stage(STEP, StateKind.common(), model)) {
            for (StateKind kind : StateKind.common()) {
                from.loadInto(
                        kind,
                        (parameter, offset, values) ->
                                staged.write(kind, parameter, offset, values));
            }
            staged.seal(
                    new CheckpointTexts(
                            curve.recipe(),
                            from.position(),
                            new RunFacts(
                                    60,
                                    24,
                                    2,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty()),
                            from.trainerState(),
                            new ModelCard("golden", List.of(), List.of())));
        }
        return checkpoints.newest().newest().orElseThrow();
    }

    /** HF's loss of every step that it logged. */
    private Map<Integer, Double> train(GoldenCurve curve, String name, Optional<Path> from)
            throws Exception {
        Path arguments = folder.resolve(name + ".json");
        Files.writeString(
                arguments,
                JsonWriter.compact((JsonObject) curve.json().member("train_args").orElseThrow()));
        Path history = folder.resolve(name + "-history.json");
        List<String> flags =
                new ArrayList<>(
                        List.of(
                                "--train_args_file=" + arguments,
                                "--train_file=" + curve.folder().file(curve.trainFile()),
                                "--pretrained_model_name_or_path="
                                        + curve.folder().file(curve.model()),
                                "--max_seq_length=48",
                                "--log_history=" + history,
                                "--eval_strategy=no",
                                "--save_strategy=steps",
                                "--save_steps=" + STEP));
        from.ifPresent(checkpoint -> flags.add("--resume_from_checkpoint=" + checkpoint));
        Peer.train(folder.resolve(name), flags);
        return losses(history);
    }

    private static Map<Integer, Double> losses(Path history) throws IOException {
        JsonObject file = JsonReader.readObject(Files.readAllBytes(history), "history");
        Map<Integer, Double> losses = new TreeMap<>();
        GoldenFolder.array(file, "log_history").stream()
                .map(JsonObject.class::cast)
                .filter(row -> row.member("loss").isPresent())
                .forEach(
                        row ->
                                losses.put(
                                        (int) GoldenFolder.number(row, "step"),
                                        GoldenFolder.number(row, "loss")));
        return losses;
    }
}
