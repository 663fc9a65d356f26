package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * DeepSpeed's zero_optimization: which state is sharded, and where an owner keeps its shards. None
 * of it changes a bit of the result.
 *
 * @param stage 0 to 3
 * @param optimizer where moments are kept
 * @param parameters where parameters are kept; differs from DEVICE only in stage 3
 */
public record ZeroRecipe(int stage, Offload optimizer, Offload parameters) {
    /** DeepSpeed's offload device. */
    public enum Offload {
        DEVICE,
        CPU,
        NVME
    }

    public ZeroRecipe {
        Require.range("stage", stage, 0, 3);
        requireNonNull(optimizer, "optimizer");
        requireNonNull(parameters, "parameters");
    }

    public static ZeroRecipe none() {
        return new ZeroRecipe(0, Offload.DEVICE, Offload.DEVICE);
    }
}
