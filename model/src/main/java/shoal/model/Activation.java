package shoal.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the MLP of a layer does between its two products: the functions of HF's ACT2FN that have no
 * parameters of their own (transformers 4.57.6, activations.py).
 *
 * <p>Names of one function differ upstream in how it is rounded, by less than 1e-6.
 */
public enum Activation {
    /** 0.5 u (1 + tanh(sqrt(2/pi) (u + 0.044715 u^3))): GPT-2's own. */
    TANH_GELU(
            0,
            0,
            "gelu_new",
            "gelu_fast",
            "gelu_pytorch_tanh",
            "gelu_python_tanh",
            "gelu_accurate"),
    /** u Phi(u), Phi by erf. */
    GELU(1, 1, "gelu", "gelu_python"),
    /** GELU, at most 10. */
    CLIPPED_GELU(2, 2, "gelu_10"),
    /** u sigmoid(1.702 u). */
    QUICK_GELU(3, 3, "quick_gelu"),
    /** max(u, 0). */
    RELU(4, 1, "relu"),
    /** max(u, 0)^2. */
    SQUARED_RELU(5, 1, "relu2"),
    /** max(u, 0), at most 6. */
    RELU6(6, 1, "relu6"),
    /** u, a hundredth of it where it is negative. */
    LEAKY_RELU(7, 1, "leaky_relu"),
    /** u sigmoid(u). */
    SILU(8, 1, "silu", "swish"),
    /** u tanh(log(1 + e^u)). */
    MISH(9, 1, "mish"),
    TANH(10, 1, "tanh"),
    SIGMOID(11, 1, "sigmoid"),
    /** 0.5 (1 + erf((u - 0.707107) / (0.282095 sqrt(2)))). */
    LAPLACE(12, 1, "laplace"),
    /** u. */
    LINEAR(13, 0, "linear");

    private final int number;
    private final int backwardBuffers;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that nobody can change
    private final List<String> names;

    Activation(int number, int backwardBuffers, String... names) {
        this.number = number;
        this.backwardBuffers = backwardBuffers;
        this.names = List.of(names);
    }

    /** By which the kernel knows it. */
    public int number() {
        return number;
    }

    /**
     * Tensors as wide as the MLP that the kernel's backward makes besides the gradient it is given.
     */
    public int backwardBuffers() {
        return backwardBuffers;
    }

    /** What config.json calls it, the usual name first. */
    public List<String> names() {
        return names;
    }

    /** The function that config.json calls so. */
    public static Optional<Activation> named(String name) {
        for (Activation each : values()) {
            if (each.names.contains(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Every name that {@link #named} knows. */
    public static List<String> allNames() {
        List<String> all = new ArrayList<>();
        for (Activation each : values()) {
            all.addAll(each.names);
        }
        return List.copyOf(all);
    }
}
