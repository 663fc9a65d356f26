package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.model.json.Members;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ZeroRecipe;

/** Checkpoints of the small classifier whose state is a function of step, kind and place. */
final class CheckpointFixture {
    static final Recipe RECIPE =
            new Recipe(
                    new BatchRecipe(1, 8, 8, 2, 2, false),
                    new LengthRecipe(3, -1),
                    new OrderRecipe(OrderRecipe.Sampling.RANDOM, 42, 42),
                    new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0.01, 1),
                    new ScheduleRecipe.Linear(new ScheduleRecipe.WarmupLength(0, 0.1)),
                    0,
                    new Cadence(Cadence.Strategy.EPOCH, 0, false),
                    new Cadence(Cadence.Strategy.STEPS, 10, true),
                    new Cadence(Cadence.Strategy.STEPS, 10, false),
                    ZeroRecipe.none(),
                    64,
                    3,
                    "output",
                    List.of());

    static final RunFacts FACTS =
            new RunFacts(
                    160,
                    40,
                    3,
                    Optional.of("a".repeat(64)),
                    Optional.of("b".repeat(64)),
                    Optional.of("c".repeat(64)));

    private CheckpointFixture() {}

    static ModelFolder model(Path folder) {
        return ModelFolder.open(Folders.classifier(folder), "start");
    }

    static float value(StateKind kind, Parameter parameter, int index, int step) {
        return kind.tensorName(parameter).hashCode() % 1_000 + index + step / 8f;
    }

    static CheckpointManifest write(Checkpoints checkpoints, int step, ModelFolder model) {
        try (StagedCheckpoint staged = checkpoints.stage(step, StateKind.common(), model)) {
            for (StateKind kind : StateKind.common()) {
                for (Unit unit : model.table().units()) {
                    writeUnit(staged, kind, unit, step);
                }
            }
            return staged.seal(texts(step));
        }
    }

    /** In ranges of 2,048 elements, padding included. */
    private static void writeUnit(StagedCheckpoint staged, StateKind kind, Unit unit, int step) {
        ByteBuffer buffer =
                ByteBuffer.allocate((int) unit.sizeElements() * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (Parameter parameter : unit.parameters()) {
            for (int i = 0; i < parameter.sizeElements(); i++) {
                int at = (int) (parameter.offsetElements() + i) * 4;
                buffer.putFloat(at, value(kind, parameter, i, step));
            }
        }
        for (int at = 0; at < unit.sizeElements(); at += 2_048) {
            int end = (int) Math.min(unit.sizeElements(), at + 2_048L);
            staged.write(kind, unit.index(), at, buffer.limit(end * 4).position(at * 4));
        }
    }

    static CheckpointTexts texts(int step) {
        return new CheckpointTexts(
                RECIPE,
                new RunPosition(step, step / 10.0),
                FACTS,
                state(step),
                new ModelCard("small", List.of(), List.of()));
    }

    static TrainerState state(int step) {
        return new TrainerState(
                OptionalDouble.of(step / 10.0),
                step,
                30,
                10,
                500,
                10,
                8,
                3,
                0,
                0,
                List.of(
                        new Members()
                                .number("loss", 0.1 + step)
                                .number("epoch", step / 10.0)
                                .integer("step", step)
                                .object()),
                OptionalDouble.of(0.1 + 0.2),
                OptionalInt.of(step),
                Optional.of("output/checkpoint-" + step),
                new TrainerState.Control(
                        true, false, Optional.of(new TrainerState.EarlyStopping(3, 0.001, 2))));
    }

    /** Everything that a checkpoint hands on, by kind and name. */
    static Map<String, float[]> load(Checkpoint checkpoint, StateKind kind) {
        Map<String, float[]> all = new HashMap<>();
        checkpoint.loadInto(
                kind,
                (parameter, offset, values) -> {
                    float[] whole =
                            all.computeIfAbsent(
                                    parameter.name(),
                                    name -> new float[(int) parameter.sizeElements()]);
                    ByteBuffer little = values.order(ByteOrder.LITTLE_ENDIAN);
                    little.asFloatBuffer().get(whole, (int) offset, little.remaining() / 4);
                });
        return all;
    }
}
