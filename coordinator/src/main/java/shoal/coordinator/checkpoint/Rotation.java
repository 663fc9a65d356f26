package shoal.coordinator.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import shoal.coordinator.core.Effect;

/**
 * Which checkpoints go when only so many are kept (transformers 4.57.6 trainer.py,
 * _rotate_checkpoints and _sorted_checkpoints): the oldest ones, never the newest and never the
 * best one; with one kept and a best one that is not the newest, two stay.
 */
final class Rotation {
    private Rotation() {}

    /**
     * The steps whose checkpoints go, oldest first.
     *
     * @param steps of all checkpoints, in the order in which they were made
     */
    static List<Integer> surplus(List<Integer> steps, Effect.RotateCheckpoints what) {
        List<Integer> sorted = new ArrayList<>(steps);
        if (sorted.remove(Integer.valueOf(what.newest()))) {
            sorted.add(what.newest()); // Whatever the clock of the disk said.
        }
        int best = what.best();
        int place = sorted.indexOf(best);
        for (int i = place; place >= 0 && i < sorted.size() - 2; i++) {
            Collections.swap(sorted, i, i + 1);
        }
        boolean bestIsOlder = place >= 0 && sorted.get(sorted.size() - 1) != best;
        int stay = what.kept() == 1 && bestIsOlder ? 2 : what.kept();
        return List.copyOf(sorted.subList(0, Math.max(0, sorted.size() - stay)));
    }
}
