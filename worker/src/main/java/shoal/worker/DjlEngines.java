package shoal.worker;

import shoal.engine.Holding;
import shoal.engine.ShardedEngine;
import shoal.engine.TrainingEngine;
import shoal.engine.djl.DjlEngine;
import shoal.model.GptConfig;
import shoal.recipe.Recipe;
import shoal.worker.run.EngineFactory;

/** Engines on libtorch. */
final class DjlEngines implements EngineFactory {
    @Override
    public TrainingEngine open(GptConfig config, Recipe recipe, int lanes) {
        return DjlEngine.open(config, recipe, lanes);
    }

    @Override
    public ShardedEngine open(GptConfig config, Recipe recipe, int lanes, Holding holding) {
        return DjlEngine.open(config, recipe, lanes, holding);
    }
}
