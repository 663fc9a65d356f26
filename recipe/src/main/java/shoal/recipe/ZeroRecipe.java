package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * What saves memory and never changes a bit of the result: DeepSpeed's zero_optimization (which
 * state is sharded, and where an owner keeps its shards), and HF's gradient_checkpointing.
 *
 * @param stage 0 to 3
 * @param optimizer where moments are kept
 * @param parameters where parameters are kept; differs from DEVICE only in stage 3
 * @param recomputes whether backward computes each layer again from its input, which alone is kept
 * @param momentsFolder of the file with the moments, on every worker's machine: an absolute path
 *     with optimizer NVME, else empty
 * @param parametersFolder the same of owned parameters
 */
public record ZeroRecipe(
        int stage,
        Offload optimizer,
        Offload parameters,
        boolean recomputes,
        String momentsFolder,
        String parametersFolder) {
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
        requireFolder("moments", optimizer, momentsFolder);
        requireFolder("parameters", parameters, parametersFolder);
    }

    /** A recipe that keeps state in memory. */
    public ZeroRecipe(int stage, Offload optimizer, Offload parameters, boolean recomputes) {
        this(stage, optimizer, parameters, recomputes, "", "");
    }

    /** A recipe that keeps the activations of forward. */
    public ZeroRecipe(int stage, Offload optimizer, Offload parameters) {
        this(stage, optimizer, parameters, false);
    }

    public static ZeroRecipe none() {
        return new ZeroRecipe(0, Offload.DEVICE, Offload.DEVICE);
    }

    /** The same with activations kept or computed again. */
    public ZeroRecipe recomputing(boolean again) {
        return new ZeroRecipe(stage, optimizer, parameters, again, momentsFolder, parametersFolder);
    }

    private static void requireFolder(String what, Offload device, String folder) {
        Require.path(what, folder);
        if ((device == Offload.NVME) != folder.startsWith("/")) {
            throw new IllegalArgumentException(
                    "%s are kept on %s in the folder '%s'; NVME has an absolute path, others have none"
                            .formatted(what, device, folder));
        }
    }
}
