package shoal.worker.run;

import shoal.engine.Holding;
import shoal.engine.ShardedEngine;
import shoal.engine.TrainingEngine;
import shoal.model.GptConfig;
import shoal.recipe.Recipe;

/** Opens engines. */
@FunctionalInterface
public interface EngineFactory {
    /**
     * An engine with parameters not yet written.
     *
     * @param lanes compute threads
     */
    TrainingEngine open(GptConfig config, Recipe recipe, int lanes);

    /**
     * An engine for one worker of several, with parameters not yet written.
     *
     * @param holding what it keeps
     */
    default ShardedEngine open(GptConfig config, Recipe recipe, int lanes, Holding holding) {
        throw new IllegalStateException("these engines work alone");
    }
}
