package shoal.engine.djl;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import shoal.recipe.Require;

/**
 * Staged work that several lanes take through its stages together.
 *
 * <p>So much work is begun at a time as the queue is told; of that, a lane takes what is furthest
 * behind, the first of equals. So slices pass a unit together before the next unit, without a
 * barrier, and no lane waits while another one has work left to share. For the same reason the last
 * pieces are begun together: one piece after the other for each lane would end apart.
 *
 * <p>Which lane runs what, and when, never changes a result.
 */
final class StageQueue {
    /** Chooses among work that can be taken. */
    interface Choice {
        /**
         * The index of work to take; there is at least one.
         *
         * @param ready whether the work at an index can be taken
         * @param stagesDone of the work at an index
         */
        int choose(boolean[] ready, int[] stagesDone);
    }

    private final List<? extends Staged> work;
    private final Choice choice;
    private final int most;
    private final int last;
    private final boolean[] idle;
    private final int[] stagesDone;
    private int unfinished;
    private int unbegun;
    private int open;
    private @Nullable Throwable failure;

    /**
     * Work of which nothing is begun.
     *
     * @param most pieces of work that are begun and unfinished at a time, at least one
     * @param last so many unfinished pieces, or fewer, are all begun
     */
    StageQueue(List<? extends Staged> work, Choice choice, int most, int last) {
        this.work = List.copyOf(work);
        this.choice = choice;
        Require.atLeast("most", most, 1);
        this.most = most;
        this.last = last;
        this.idle = new boolean[work.size()];
        this.stagesDone = new int[work.size()];
        this.unfinished = work.size();
        this.unbegun = work.size();
        Arrays.fill(idle, true);
    }

    /** The usual choice: furthest behind, the first of equals. */
    static int furthestBehind(boolean[] ready, int[] stagesDone) {
        int best = -1;
        for (int index = 0; index < ready.length; index++) {
            if (ready[index] && (best < 0 || stagesDone[index] < stagesDone[best])) {
                best = index;
            }
        }
        return best;
    }

    /** Runs stages until none is left. Called by every lane; throws what any stage threw. */
    void drain() throws InterruptedException {
        for (int index = take(); index >= 0; index = take()) {
            Throwable thrown = null;
            try {
                work.get(index).advance();
            } catch (RuntimeException | Error e) {
                thrown = e; // the others wait for this one's stages
            }
            giveBack(index, thrown);
        }
        throwFailure();
    }

    private synchronized void throwFailure() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException thrown) {
            throw thrown;
        }
    }

    private synchronized int take() throws InterruptedException {
        while (unfinished > 0 && failure == null) {
            boolean[] ready = ready();
            if (any(ready)) {
                int index = choice.choose(ready, stagesDone);
                idle[index] = false;
                if (stagesDone[index] == 0) {
                    unbegun--;
                    open++;
                }
                return index;
            }
            wait();
        }
        return -1;
    }

    private synchronized void giveBack(int index, @Nullable Throwable thrown) {
        if (thrown != null && failure == null) {
            failure = thrown;
        }
        stagesDone[index]++;
        if (stagesDone[index] == work.get(index).stages()) {
            unfinished--;
            open--;
        } else {
            idle[index] = true;
        }
        notifyAll();
    }

    /** What a lane may take: idle, and begun or within what may be open. */
    private boolean[] ready() {
        boolean[] ready = idle.clone();
        boolean mayBegin = open < most || open + unbegun <= last;
        for (int index = 0; index < ready.length; index++) {
            ready[index] &= stagesDone[index] > 0 || mayBegin;
        }
        return ready;
    }

    private static boolean any(boolean[] ready) {
        for (boolean one : ready) {
            if (one) {
                return true;
            }
        }
        return false;
    }
}
