package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.Supplier;
import shoal.engine.Holding;
import shoal.engine.OperatorHash;
import shoal.engine.ShardedEngine;
import shoal.engine.TrainingEngine;
import shoal.engine.djl.DjlEngine;
import shoal.model.GptConfig;
import shoal.recipe.Recipe;
import shoal.worker.run.EngineFactory;

/** Engines on libtorch. */
final class DjlEngines implements EngineFactory {
    private final Supplier<List<OperatorHash>> probe;

    /**
     * Engines whose probe may be on its way already.
     *
     * @param probe gives what {@link DjlEngine#probe} does
     */
    DjlEngines(Supplier<List<OperatorHash>> probe) {
        this.probe = requireNonNull(probe, "probe");
    }

    @Override
    public List<OperatorHash> probe() {
        return probe.get();
    }

    @Override
    public TrainingEngine open(GptConfig config, Recipe recipe, int lanes) {
        return DjlEngine.open(config, recipe, lanes);
    }

    @Override
    public ShardedEngine open(GptConfig config, Recipe recipe, int lanes, Holding holding) {
        return DjlEngine.open(config, recipe, lanes, holding);
    }
}
