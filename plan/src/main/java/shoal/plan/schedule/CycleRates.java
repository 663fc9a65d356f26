package shoal.plan.schedule;

import shoal.recipe.ScheduleRecipe.OneCycle;

/** The rates of DeepSpeed's OneCycle (deepspeed 0.19.8 runtime/lr_schedules.py, class OneCycle). */
final class CycleRates {
    private CycleRates() {}

    /** The rate after so many moves of the scheduler, -1 = before the first. */
    static double at(OneCycle cycle, int iteration) {
        double size = (double) cycle.rise().steps() + cycle.fall().steps();
        if (iteration < 0) {
            return cycle.minRate();
        }
        if (iteration < size) {
            double height = (cycle.maxRate() - cycle.minRate()) * height(cycle, iteration + 1.0);
            return cycle.minRate() + height;
        }
        if (cycle.decaySteps() == 0 || cycle.decayRate() == 0) {
            return cycle.minRate();
        }
        double intervals = (iteration - size + 1) / cycle.decaySteps();
        return cycle.minRate() / (1 + cycle.decayRate() * intervals);
    }

    /** _get_scale_factor: 0 at both ends of the cycle, 1 between its halves. */
    private static double height(OneCycle cycle, double batch) {
        double rise = cycle.rise().steps();
        double size = rise + cycle.fall().steps();
        double x = 1.0 + batch / size - Math.floor(1 + batch / size);
        boolean rises = x <= rise / size;
        int stairs = rises ? cycle.rise().stairs() : cycle.fall().stairs();
        if (stairs > 0) {
            double position = batch % size;
            double stair =
                    position <= rise
                            ? position * stairs / rise
                            : (size - position) * stairs / cycle.fall().steps();
            return Math.floor(stair) / stairs;
        }
        return rises ? x / (rise / size) : (x - 1) / (rise / size - 1);
    }
}
