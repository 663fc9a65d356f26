package shoal.recipe;

import static java.util.Objects.requireNonNull;

/** How a gradient and its moments change a parameter. */
public sealed interface UpdateRule {
    /** Reads this rule. */
    <R> R accept(Handler<R> handler);

    /** What users call it. */
    String shownName();

    /** Whether an update needs to know norms of whole tensors, which are measured before it. */
    default boolean measures() {
        return false;
    }

    /** Whether torch.optim has the rule, so that HF's Trainer can go on with its moments. */
    default boolean isTorchs() {
        return !measures();
    }

    /**
     * Whether ranks exchange compressed momentum instead of gradients in a step.
     *
     * @param step counts from 1
     */
    default boolean compresses(int step) {
        return false;
    }

    /** Whether there are steps that compress, so that a worker needs whole ranks. */
    default boolean compressesLater() {
        return false;
    }

    /**
     * Whether trust ratios are frozen with the second moment, and factors of them found afterwards.
     */
    default boolean freezesRatios() {
        return false;
    }

    /** One method per rule. */
    interface Handler<R> {
        R adamW(AdamW rule);

        R adam(Adam rule);

        R adamThenDecay(AdamThenDecay rule);

        R lamb(Lamb rule);

        R oneBitAdam(OneBitAdam rule);

        R oneBitLamb(OneBitLamb rule);
    }

    /**
     * Decoupled decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it.
     *
     * @param correctsBias the moments' bias is corrected; DeepSpeed's Adam can be told not to
     */
    record AdamW(boolean correctsBias) implements UpdateRule {
        /** As torch has it. */
        public AdamW() {
            this(true);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.adamW(this);
        }

        @Override
        public String shownName() {
            return "AdamW" + uncorrected(correctsBias);
        }

        @Override
        public boolean isTorchs() {
            return correctsBias;
        }
    }

    /**
     * The decay is part of the gradient (Kingma and Ba 2015 with an L2 term), as torch.optim.Adam
     * and DeepSpeed's Adam without adam_w_mode compute it.
     *
     * @param correctsBias the moments' bias is corrected; DeepSpeed's Adam can be told not to
     */
    record Adam(boolean correctsBias) implements UpdateRule {
        /** As torch has it. */
        public Adam() {
            this(true);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.adam(this);
        }

        @Override
        public String shownName() {
            return "Adam" + uncorrected(correctsBias);
        }

        @Override
        public boolean isTorchs() {
            return correctsBias;
        }
    }

    private static String uncorrected(boolean correctsBias) {
        return correctsBias ? "" : " without correction of the bias";
    }

    /**
     * AdamW that decays what it has updated, not what it is about to: bitsandbytes' AdamW of 32
     * bits, and transformers' own up to 4.46 (optimization.py, AdamW).
     *
     * @param epsilonFirst epsilon is added to the root of the second moment before the bias is
     *     corrected, as transformers does
     */
    record AdamThenDecay(boolean epsilonFirst) implements UpdateRule {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.adamThenDecay(this);
        }

        @Override
        public String shownName() {
            return "AdamW that decays after the step"
                    + (epsilonFirst ? ", with epsilon before the correction of the bias" : "");
        }

        @Override
        public boolean isTorchs() {
            return false;
        }
    }

    /**
     * Adam's direction, in each tensor times a trust ratio: the norm of its weights through that of
     * its direction (You et al. 2020, arXiv:1904.00962), as DeepSpeed's FusedLamb computes it
     * (0.19.8 csrc/lamb/fused_lamb_cuda_kernel.cu).
     *
     * @param correctsBias the rate corrects the bias of the moments
     * @param maxRatio max_coeff, the largest trust ratio
     * @param minRatio min_coeff, the smallest one
     * @param epsilonInside epsilon is added to the second moment, not to its root
     */
    record Lamb(boolean correctsBias, double maxRatio, double minRatio, boolean epsilonInside)
            implements UpdateRule {
        public Lamb {
            Require.range("maxRatio", maxRatio, 0, 1e6);
            Require.range("minRatio", minRatio, 0, maxRatio);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.lamb(this);
        }

        @Override
        public String shownName() {
            return String.format(
                    "Lamb with bias_correction %s, max_coeff %s, min_coeff %s and eps_inside_sqrt"
                            + " %s",
                    correctsBias, maxRatio, minRatio, epsilonInside);
        }

        @Override
        public boolean measures() {
            return true;
        }
    }

    /**
     * Adam without correction of the bias for so many steps; then its second moment stays as it is,
     * and ranks exchange one bit of each element of momentum (Tang et al. 2021, arXiv:2102.02888),
     * as DeepSpeed's OnebitAdam does (0.19.6 runtime/fp16/onebit/adam.py).
     *
     * @param freezeStep the last step that exchanges gradients
     */
    record OneBitAdam(int freezeStep) implements UpdateRule {
        public OneBitAdam {
            Require.atLeast("freezeStep", freezeStep, 1);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.oneBitAdam(this);
        }

        @Override
        public String shownName() {
            return "OneBitAdam with freeze_step " + freezeStep;
        }

        @Override
        public boolean compresses(int step) {
            return step > freezeStep;
        }

        @Override
        public boolean compressesLater() {
            return true;
        }
    }

    /**
     * Lamb without correction of the bias for so many steps; then second moment and mean trust
     * ratios stay as they are, ranks exchange one bit of each element of momentum, and each
     * tensor's ratio is multiplied by a factor that says how far its second moment would have
     * fallen since (Li et al. 2021, arXiv:2104.06069), as DeepSpeed's OnebitLamb does (0.19.6
     * runtime/fp16/onebit/lamb.py).
     *
     * @param freezeStep the last step that exchanges gradients
     * @param warmUp until then
     * @param ratioBeta coeff_beta, decay of the mean of trust ratios
     * @param factors bounds after the freeze
     */
    record OneBitLamb(int freezeStep, Lamb warmUp, double ratioBeta, Factors factors)
            implements UpdateRule {
        public OneBitLamb {
            Require.atLeast("freezeStep", freezeStep, 1);
            requireNonNull(warmUp, "warmUp");
            Require.range("ratioBeta", ratioBeta, 0, 1);
            requireNonNull(factors, "factors");
            if (warmUp.correctsBias() || warmUp.epsilonInside()) {
                throw new IllegalArgumentException(warmUp + " is not that of OnebitLamb");
            }
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.oneBitLamb(this);
        }

        @Override
        public String shownName() {
            return String.format(
                    "OneBitLamb with freeze_step %d, max_coeff %s, min_coeff %s, coeff_beta %s,"
                            + " factor_max %s, factor_min %s and factor_threshold %s",
                    freezeStep,
                    warmUp.maxRatio(),
                    warmUp.minRatio(),
                    ratioBeta,
                    factors.max(),
                    factors.min(),
                    factors.threshold());
        }

        @Override
        public boolean measures() {
            return true;
        }

        @Override
        public boolean compresses(int step) {
            return step > freezeStep;
        }

        @Override
        public boolean compressesLater() {
            return true;
        }

        @Override
        public boolean freezesRatios() {
            return true;
        }
    }

    /**
     * Bounds of what frozen trust ratios are multiplied by.
     *
     * @param max factor_max
     * @param min factor_min
     * @param threshold factor_threshold: from one step to the next a factor grows or falls by at
     *     most this share
     */
    record Factors(double max, double min, double threshold) {
        public Factors {
            Require.range("max", max, 0, 1e6);
            Require.range("min", min, 0, max);
            Require.range("threshold", threshold, 0, 1e6);
        }
    }
}
