package shoal.worker.run;

import java.util.List;
import shoal.engine.Holding;
import shoal.engine.OperatorHash;
import shoal.engine.ShardedEngine;
import shoal.engine.TrainingEngine;
import shoal.model.GptConfig;
import shoal.recipe.Recipe;

/** Opens engines. */
@FunctionalInterface
public interface EngineFactory {
    /** What bits the engines give on this machine; none: the same ones anywhere. */
    default List<OperatorHash> probe() {
        return List.of();
    }

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
