package shoal.engine.djl;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Staged work that several lanes take through its stages together.
 *
 * <p>A lane takes the work that is furthest behind, the first of equals. So all slices of a
 * micro-batch pass a unit before the next unit, without a barrier: few unit-sized gradients are
 * alive, and no lane waits while another one has work left to share.
 *
 * <p>Which lane runs what, and when, never changes a result.
 */
final class StageQueue {
    /** Chooses among idle work. */
    interface Choice {
        /**
         * An idle index; there is at least one.
         *
         * @param idle whether the work at an index can be taken
         * @param stagesDone of the work at an index
         */
        int choose(boolean[] idle, int[] stagesDone);
    }

    private final List<? extends Staged> work;
    private final Choice choice;
    private final boolean[] idle;
    private final int[] stagesDone;
    private int unfinished;
    private @Nullable RuntimeException failure;

    StageQueue(List<? extends Staged> work, Choice choice) {
        this.work = List.copyOf(work);
        this.choice = choice;
        this.idle = new boolean[work.size()];
        this.stagesDone = new int[work.size()];
        this.unfinished = work.size();
        Arrays.fill(idle, true);
    }

    /** The usual choice: furthest behind, the first of equals. */
    static int furthestBehind(boolean[] idle, int[] stagesDone) {
        int best = -1;
        for (int index = 0; index < idle.length; index++) {
            if (idle[index] && (best < 0 || stagesDone[index] < stagesDone[best])) {
                best = index;
            }
        }
        return best;
    }

    /** Runs stages until none is left. Called by every lane; throws what any stage threw. */
    void drain() throws InterruptedException {
        for (int index = take(); index >= 0; index = take()) {
            RuntimeException thrown = null;
            try {
                work.get(index).advance();
            } catch (RuntimeException e) {
                thrown = e;
            }
            giveBack(index, thrown);
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private synchronized int take() throws InterruptedException {
        while (unfinished > 0 && failure == null) {
            if (anyIdle()) {
                int index = choice.choose(idle, stagesDone);
                idle[index] = false;
                return index;
            }
            wait();
        }
        return -1;
    }

    private synchronized void giveBack(int index, @Nullable RuntimeException thrown) {
        if (thrown != null && failure == null) {
            failure = thrown;
        }
        stagesDone[index]++;
        if (stagesDone[index] == work.get(index).stages()) {
            unfinished--;
        } else {
            idle[index] = true;
        }
        notifyAll();
    }

    private boolean anyIdle() {
        for (boolean one : idle) {
            if (one) {
                return true;
            }
        }
        return false;
    }
}
