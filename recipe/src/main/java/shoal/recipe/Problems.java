package shoal.recipe;

import java.util.ArrayList;
import java.util.List;

/** Collects problems so that all of a file are reported at once. Not for concurrent use. */
public final class Problems {
    private final List<Problem> found = new ArrayList<>();
    private final int most;
    private int dropped;

    /** Shows {@link Limits#PROBLEMS_REPORTED} problems. */
    public Problems() {
        this(Limits.PROBLEMS_REPORTED);
    }

    /** Shows so many problems, where they have one cause and few tell enough. */
    public Problems(int most) {
        Require.range("most", most, 1, Limits.PROBLEMS_REPORTED);
        this.most = most;
    }

    /** Notes one problem; beyond the bound they are only counted. */
    public void add(String where, String what) {
        if (found.size() < most) {
            found.add(new Problem(where, what));
        } else {
            dropped++;
        }
    }

    /** Notes the problems of another reader. */
    public void addAll(UserException other) {
        other.problems().forEach(problem -> add(problem.where(), problem.what()));
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** Throws {@link UserException} with everything noted so far, if anything was. */
    public void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        List<Problem> all = new ArrayList<>(found);
        if (dropped > 0) {
            all.add(new Problem("", "and " + dropped + " more"));
        }
        throw new UserException(all);
    }
}
