package shoal.engine.djl;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.engine.Holding;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.recipe.UserException;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;

/**
 * The files of state that an engine does not keep in memory, and what is kept where.
 *
 * @param moments file of the moments, if there is one
 * @param parameters file of the owned parameters, if there is one
 */
record StateFiles(
        ParameterTable table,
        Holding holding,
        Optional<OffloadFile> moments,
        Optional<OffloadFile> parameters) {
    /**
     * Makes the files, before anything is allocated: they are what may be refused.
     *
     * @throws UserException naming a folder where that is not possible
     */
    static StateFiles create(ZeroRecipe zero, ParameterTable table, Holding holding) {
        List<ElementRange> ranges = holding.updated(table);
        Optional<OffloadFile> moments =
                file(zero.optimizer(), OffloadFile.Contents.MOMENTS, zero.momentsFolder(), ranges);
        try {
            Optional<OffloadFile> parameters =
                    file(
                            zero.parameters(),
                            OffloadFile.Contents.PARAMETERS,
                            zero.parametersFolder(),
                            ranges);
            return new StateFiles(table, holding, moments, parameters);
        } catch (UserException e) {
            moments.ifPresent(OffloadFile::close);
            throw e;
        }
    }

    /** None. */
    static StateFiles none(ParameterTable table, Holding holding) {
        return new StateFiles(table, holding, Optional.empty(), Optional.empty());
    }

    private static Optional<OffloadFile> file(
            Offload device,
            OffloadFile.Contents contents,
            String folder,
            List<ElementRange> ranges) {
        return device == Offload.NVME
                ? Optional.of(OffloadFile.create(contents, Path.of(folder), ranges))
                : Optional.empty();
    }

    /** Zeros. On a lane. */
    KeptState keepMoments(Kernel kernel) {
        return keep(kernel, moments, List.of(StateKind.EXP_AVG, StateKind.EXP_AVG_SQ));
    }

    /**
     * Zeros. On a lane.
     *
     * @param pool lends buffers for units that are gathered
     */
    UnitParameters keepParameters(Kernel kernel, GradientPool pool) {
        return holding.stage() < 3
                ? new WholeParameters(kernel, table, holding)
                : new GatheredParameters(
                        kernel,
                        table,
                        holding.updated(table),
                        keep(kernel, parameters, List.of(StateKind.PARAMETER)),
                        pool);
    }

    private KeptState keep(Kernel kernel, Optional<OffloadFile> file, List<StateKind> kinds) {
        return file.isPresent()
                ? new FileState(kernel, file.get())
                : new ResidentState(kernel, kinds, holding.updated(table));
    }
}
