package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * In which floating-point types a run computes, and what becomes of a step whose gradient is not
 * finite.
 *
 * @param arithmetic what is rounded, and to which type
 * @param scaling by what losses are multiplied
 * @param skips whether a step whose gradient is not finite leaves the parameters as they are; where
 *     it does not, such a step ends the run
 * @param sums in which type the gradients of a step are added up: DeepSpeed's
 *     data_types.grad_accum_dtype
 * @param travel in which type gradients travel between workers: DeepSpeed's communication_data_type
 */
public record PrecisionRecipe(
        Arithmetic arithmetic, LossScaling scaling, boolean skips, Type sums, Type travel) {
    /** A floating-point type. */
    public enum Type {
        FP32,
        BF16,
        FP16
    }

    /** What is rounded. */
    public enum Arithmetic {
        /** Nothing. */
        FP32(Type.FP32, false),
        /** Factors of products, where a device can round them faster than not: 10 bits are left. */
        TF32(Type.FP32, false),
        /**
         * Products, by the lists of CUDA's autocast (libtorch 2.7.1 ATen/autocast_mode.h); all else
         * stays fp32. HF's {@code bf16}.
         */
        BF16(Type.BF16, false),
        /** The same with fp16: HF's {@code fp16}. */
        FP16(Type.FP16, false),
        /** Parameters, activations and gradients; an update reads and writes fp32: DeepSpeed's. */
        PURE_BF16(Type.BF16, true),
        /** The same with fp16. */
        PURE_FP16(Type.FP16, true);

        private final Type low;
        private final boolean pure;

        Arithmetic(Type low, boolean pure) {
            this.low = low;
            this.pure = pure;
        }

        /** The type to which is rounded; FP32 where nothing is. */
        public Type low() {
            return low;
        }

        /** Whether all that a layer reads and writes is rounded, not only products. */
        public boolean pure() {
            return pure;
        }
    }

    private static final PrecisionRecipe FULL = unscaled(Arithmetic.FP32, false);

    public PrecisionRecipe {
        requireNonNull(arithmetic, "arithmetic");
        requireNonNull(scaling, "scaling");
        requireNonNull(sums, "sums");
        requireNonNull(travel, "travel");
        if (scaling.scales() && !(skips && arithmetic.low() == Type.FP16)) {
            throw new IllegalArgumentException(
                    scaling.shownName()
                            + " with arithmetic "
                            + arithmetic
                            + " and skips "
                            + skips
                            + "; losses are scaled in fp16, where an overflow is skipped");
        }
        if (!arithmetic.pure() && sums != Type.FP32) {
            throw new IllegalArgumentException(
                    "gradients of arithmetic %s are added up in FP32, not in %s"
                            .formatted(arithmetic, sums));
        }
    }

    /** All in fp32, and a gradient that is not finite ends the run. */
    public static PrecisionRecipe full() {
        return FULL;
    }

    /** HF's {@code bf16}. */
    public static PrecisionRecipe bf16() {
        return unscaled(Arithmetic.BF16, false);
    }

    /** HF's {@code fp16} on a device that has it. */
    public static PrecisionRecipe fp16() {
        return new PrecisionRecipe(
                Arithmetic.FP16, LossScaling.Growing.usual(), true, Type.FP32, Type.FP32);
    }

    private static PrecisionRecipe unscaled(Arithmetic arithmetic, boolean skips) {
        return new PrecisionRecipe(arithmetic, LossScaling.none(), skips, Type.FP32, Type.FP32);
    }

    /** Whether this is what a run had before there was a choice. */
    public boolean isFull() {
        return equals(FULL);
    }
}
