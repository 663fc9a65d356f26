package shoal.plan.scale;

import static java.util.Objects.requireNonNull;

import shoal.recipe.LossScaling;
import shoal.recipe.Require;

/**
 * The loss scale of one step and what it will become: an immutable fold over steps that overflow or
 * do not.
 *
 * <p>Exactly torch's GradScaler and DeepSpeed's loss scalers; {@link LossScaling} cites them.
 *
 * @param scale by which the step's losses are multiplied; 1 without scaling
 * @param goodSteps before this one: since the last overflow, or with torch's since the scale moved
 * @param hysteresis that is left; 1 with scalers that have none
 */
public record LossScale(double scale, int goodSteps, int hysteresis) {
    private static final LossScale ONE = new LossScale(1, 0, 1);

    public LossScale {
        Require.range("scale", scale, 0, Double.POSITIVE_INFINITY);
        Require.atLeast("goodSteps", goodSteps, 0);
    }

    /** The scale of the first step. */
    public static LossScale first(LossScaling scaling) {
        return scaling.accept(
                new LossScaling.Handler<>() {
                    @Override
                    public LossScale none(LossScaling.None none) {
                        return ONE;
                    }

                    @Override
                    public LossScale fixed(LossScaling.Fixed fixed) {
                        return new LossScale(fixed.scale(), 0, 1);
                    }

                    @Override
                    public LossScale growing(LossScaling.Growing growing) {
                        return new LossScale((float) growing.first(), 0, 1);
                    }

                    @Override
                    public LossScale delayed(LossScaling.Delayed delayed) {
                        return new LossScale(delayed.first(), 0, delayed.hysteresis());
                    }
                });
    }

    /**
     * The scale of the next step.
     *
     * @param overflow whether this step's gradient is not finite
     * @throws IllegalStateException at an overflow of an {@link #isExhausted exhausted} scale
     */
    public LossScale after(LossScaling scaling, boolean overflow) {
        requireNonNull(scaling, "scaling");
        if (overflow && isExhausted(scaling)) {
            throw new IllegalStateException("nothing is below a loss scale of " + scale);
        }
        return scaling.accept(new Next(this, overflow));
    }

    /** Whether an overflow now has nothing to lower, so that a run that meets one must end. */
    public boolean isExhausted(LossScaling scaling) {
        return scaling.accept(
                new LossScaling.Handler<>() {
                    @Override
                    public Boolean none(LossScaling.None none) {
                        return false;
                    }

                    @Override
                    public Boolean fixed(LossScaling.Fixed fixed) {
                        return false;
                    }

                    /** At 0 torch skips every step that is left. */
                    @Override
                    public Boolean growing(LossScaling.Growing growing) {
                        return scale == 0;
                    }

                    @Override
                    public Boolean delayed(LossScaling.Delayed delayed) {
                        return delayed.fails() && lowers(delayed) && scale == delayed.least();
                    }
                });
    }

    private boolean lowers(LossScaling.Delayed delayed) {
        return delayed.hysteresis() == 1 || hysteresis == 1;
    }

    private record Next(LossScale now, boolean overflow) implements LossScaling.Handler<LossScale> {
        @Override
        public LossScale none(LossScaling.None none) {
            return now;
        }

        @Override
        public LossScale fixed(LossScaling.Fixed fixed) {
            return now;
        }

        /** In fp32, as _amp_update_scale_ (libtorch 2.7.1 native/cpu/AmpGradScalerKernels.cpp). */
        @Override
        public LossScale growing(LossScaling.Growing growing) {
            if (overflow) {
                return new LossScale((float) (now.scale * growing.backoff()), 0, 1);
            }
            int good = now.goodSteps + 1;
            if (good < growing.interval()) {
                return new LossScale(now.scale, good, 1);
            }
            float grown = (float) (now.scale * growing.growth());
            return new LossScale(Float.isFinite(grown) ? grown : now.scale, 0, 1);
        }

        @Override
        public LossScale delayed(LossScaling.Delayed delayed) {
            if (overflow) {
                return now.lowers(delayed)
                        ? new LossScale(Math.max(now.scale / 2, delayed.least()), 0, now.hysteresis)
                        : new LossScale(now.scale, 0, Math.subtractExact(now.hysteresis, 1));
            }
            boolean grows = now.goodSteps > 0 && now.goodSteps % delayed.window() == 0;
            return new LossScale(
                    grows ? now.scale * 2 : now.scale,
                    now.goodSteps + 1,
                    grows || delayed.refills() ? delayed.hysteresis() : now.hysteresis);
        }
    }
}
