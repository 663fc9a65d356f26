package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import shoal.engine.Holding;
import shoal.engine.OperatorHash;
import shoal.engine.ShardedEngine;
import shoal.engine.TrainingEngine;
import shoal.model.GptConfig;
import shoal.recipe.Problems;
import shoal.recipe.Recipe;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;
import shoal.worker.run.EngineFactory;

/**
 * Engines that keep files of state below one folder of the operator's, and nowhere else: a run
 * names any folder it likes, and whoever submits it need not be the one whose machine this is.
 */
final class OffloadBelow implements EngineFactory {
    private final Path allowed;
    private final EngineFactory engines;

    /**
     * @param allowed the folder, as its operator named it
     */
    OffloadBelow(Path allowed, EngineFactory engines) {
        this.allowed = requireNonNull(allowed, "allowed").toAbsolutePath().normalize();
        this.engines = requireNonNull(engines, "engines");
    }

    @Override
    public List<OperatorHash> probe() {
        return engines.probe();
    }

    @Override
    public TrainingEngine open(GptConfig config, Recipe recipe, int lanes) {
        require(allowed, recipe.zero());
        return engines.open(config, recipe, lanes);
    }

    @Override
    public ShardedEngine open(GptConfig config, Recipe recipe, int lanes, Holding holding) {
        require(allowed, recipe.zero());
        return engines.open(config, recipe, lanes, holding);
    }

    /**
     * Refuses folders that are not below the allowed one. Links count as what they lead to; that
     * there is no such folder is told later on.
     */
    static void require(Path allowed, ZeroRecipe zero) {
        Problems problems = new Problems();
        if (zero.optimizer() == Offload.NVME) {
            require(allowed, "offload_optimizer", zero.momentsFolder(), problems);
        }
        if (zero.parameters() == Offload.NVME) {
            require(allowed, "offload_param", zero.parametersFolder(), problems);
        }
        problems.throwIfAny();
    }

    private static void require(Path allowed, String section, String folder, Problems problems) {
        if (!real(Path.of(folder)).startsWith(real(allowed))) {
            problems.add(
                    "zero_optimization." + section + ".nvme_path",
                    "is "
                            + folder
                            + ", but this worker lets runs write below "
                            + allowed
                            + " only. Name a folder there, or start the worker with"
                            + " --offload-dir "
                            + folder);
        }
    }

    /** Of what is not there, the part that is there is real. */
    private static Path real(Path folder) {
        Path normal = folder.toAbsolutePath().normalize();
        try {
            return folder.toRealPath();
        } catch (IOException notThere) {
            Path parent = normal.getParent();
            return parent == null ? normal : real(parent).resolve(normal.getFileName());
        }
    }
}
