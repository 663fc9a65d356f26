package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.Unit;
import shoal.recipe.Limits;
import shoal.recipe.OptimizerRecipe;

/**
 * What a block has of one tensor.
 *
 * @param tensor its number in the table
 * @param parameter the tensor
 * @param from index in the block
 * @param to index after the last one
 */
record TensorPart(int tensor, Parameter parameter, int from, int to) {
    /** The parts of a block, in order; what it pads is in none. */
    static List<TensorPart> of(ParameterTable table, int unit, long blockStart) {
        List<TensorPart> parts = new ArrayList<>();
        int tensor = 0;
        for (Unit each : table.units().subList(0, unit)) {
            tensor += each.parameters().size();
        }
        for (Parameter parameter : table.units().get(unit).parameters()) {
            long from = Math.max(0, parameter.offsetElements() - blockStart);
            long end = parameter.offsetElements() + parameter.sizeElements();
            long to = Math.min(Limits.BLOCK_ELEMENTS, end - blockStart);
            if (from < to) {
                parts.add(new TensorPart(tensor, parameter, (int) from, (int) to));
            }
            tensor++;
        }
        return parts;
    }

    float decay(OptimizerRecipe recipe) {
        boolean decays = recipe.decaysAll() || parameter.decayed();
        return decays ? (float) recipe.weightDecay() : 0;
    }
}
