package shoal.worker.run;

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
}
