package shoal.recipe;

/**
 * By what a loss is multiplied so that gradients do not vanish in fp16, and how that moves.
 *
 * <p>A step whose gradient is not finite is an overflow; all others are good steps.
 */
public sealed interface LossScaling {
    /** Reads this scaling. */
    <R> R accept(Handler<R> handler);

    /** What users call it. */
    String shownName();

    /** Whether losses are multiplied at all. */
    default boolean scales() {
        return true;
    }

    /**
     * Whether an update divides its gradient by the scale of the next step, as DeepSpeed does
     * (0.19.8 runtime/zero/stage_1_and_2.py, step: the scale moves before gradients are unscaled).
     * The two differ in steps after which the scale grows.
     */
    default boolean unscalesByNext() {
        return true;
    }

    /** No scaling. */
    static LossScaling none() {
        return new None();
    }

    /** One method per scaling. */
    interface Handler<R> {
        R none(None scaling);

        R fixed(Fixed scaling);

        R growing(Growing scaling);

        R delayed(Delayed scaling);
    }

    /** Losses stay as they are. */
    record None() implements LossScaling {
        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.none(this);
        }

        @Override
        public String shownName() {
            return "no loss scale";
        }

        @Override
        public boolean scales() {
            return false;
        }
    }

    /**
     * The same scale in all steps: DeepSpeed's {@code loss_scale} above 0.
     *
     * @param scale by which losses are multiplied
     */
    record Fixed(double scale) implements LossScaling {
        public Fixed {
            requirePositive("scale", scale);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.fixed(this);
        }

        @Override
        public String shownName() {
            return "loss_scale " + scale;
        }
    }

    /**
     * torch's GradScaler (2.7.1 torch/amp/grad_scaler.py), which HF's Trainer uses with its
     * defaults: a scale in fp32 that falls at each overflow and grows after so many good steps in a
     * row.
     *
     * @param first scale of the first step
     * @param growth factor after {@code interval} good steps
     * @param backoff factor after an overflow
     * @param interval good steps in a row
     */
    record Growing(double first, double growth, double backoff, int interval)
            implements LossScaling {
        public Growing {
            requirePositive("first", first);
            Require.range("growth", growth, Math.nextUp(1.0), 1e6);
            Require.range("backoff", backoff, Double.MIN_VALUE, Math.nextDown(1.0));
            Require.atLeast("interval", interval, 1);
        }

        /** With torch's defaults. */
        public static Growing usual() {
            return new Growing(65_536, 2, 0.5, 2_000);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.growing(this);
        }

        @Override
        public String shownName() {
            return String.format(
                    "GradScaler with init_scale %s, growth_factor %s, backoff_factor %s and"
                            + " growth_interval %d",
                    first, growth, backoff, interval);
        }

        @Override
        public boolean unscalesByNext() {
            return false;
        }
    }

    /**
     * DeepSpeed's dynamic scale (0.19.8 runtime/fp16/loss_scaler.py, DynamicLossScaler): overflows
     * use up the hysteresis before the scale is halved. Stage 0 has none (runtime/fp16/
     * fused_optimizer.py, _update_scale): there it is 1, and {@code fails} is false.
     *
     * @param first scale of the first step: 2 to the power of initial_scale_power
     * @param window good steps after which the scale is doubled
     * @param least min_loss_scale
     * @param hysteresis overflows up to the one that halves the scale; below 1 none ever does
     * @param refills consecutive_hysteresis: every good step restores the hysteresis, not only one
     *     that doubles the scale
     * @param fails whether the run ends at an overflow that would halve {@code least}
     */
    record Delayed(
            double first, int window, double least, int hysteresis, boolean refills, boolean fails)
            implements LossScaling {
        public Delayed {
            requirePositive("first", first);
            Require.atLeast("window", window, 1);
            requirePositive("least", least);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.delayed(this);
        }

        @Override
        public String shownName() {
            return String.format(
                    "a dynamic loss scale from %s on with loss_scale_window %d, min_loss_scale %s,"
                            + " hysteresis %d and consecutive_hysteresis %s",
                    first, window, least, hysteresis, refills);
        }
    }

    private static void requirePositive(String name, double value) {
        Require.range(name, value, Double.MIN_VALUE, Double.MAX_VALUE);
    }
}
