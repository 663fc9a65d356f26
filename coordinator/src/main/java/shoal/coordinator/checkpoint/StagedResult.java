package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.coordinator.core.Effect;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.checkpoint.OutputFolder;
import shoal.model.checkpoint.StagedWeights;
import shoal.model.safetensors.SafetensorsLayout;
import shoal.recipe.MonitorRecipe;

/** The output folder of a run in the making. */
final class StagedResult implements Staged {
    private final ResultFolder place;
    private final ModelFolder model;
    private final OutputFolder folder;
    private final StagedWeights weights;

    private StagedResult(
            ResultFolder place, ModelFolder model, OutputFolder folder, StagedWeights weights) {
        this.place = requireNonNull(place, "place");
        this.model = requireNonNull(model, "model");
        this.folder = requireNonNull(folder, "folder");
        this.weights = requireNonNull(weights, "weights");
    }

    static StagedResult open(ResultFolder place, Effect.ReceiveState wanted) {
        ModelFolder model = place.linkModel(wanted.spec(), wanted.facts().labels());
        OutputFolder folder = place.stage();
        return new StagedResult(
                place, model, folder, folder.weights(SafetensorsLayout.of(model.table())));
    }

    @Override
    public ParameterTable table() {
        return model.table();
    }

    @Override
    public List<StateKind> kinds() {
        return List.of(StateKind.PARAMETER);
    }

    @Override
    public void write(StateKind kind, Parameter parameter, long offsetElements, ByteBuffer values) {
        weights.write(parameter.unit(), parameter.offsetElements() + offsetElements, values);
    }

    /**
     * Completes the output folder and moves it to its place. Runs as long as the disk needs.
     *
     * @param best the weights of the best checkpoint, where they are the result
     */
    void seal(Effect.SealOutput what, Optional<Path> best) {
        weights.close();
        best.ifPresent(file -> folder.replace(OutputFolder.WEIGHTS, file));
        TrainingTexts texts = new TrainingTexts(what.spec(), what.course(), what.ledger());
        folder.writeModelFiles(model);
        folder.write("trainer_state.json", texts.trainerState(false).json());
        folder.write("README.md", texts.modelCard().markdown());
        if (what.course().recipe().monitor().writesCsv()) {
            LearningRateTable rates = new LearningRateTable(what.course(), what.ledger().step());
            folder.write(MonitorRecipe.RATES_FILE, rates.csv());
        }
        place.keep(folder.publish());
    }

    @Override
    public void close() {
        weights.close();
        folder.close();
        place.unlinkModel();
    }
}
