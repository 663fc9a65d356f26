package shoal.coordinator.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Commits in order of their steps. Immutable; one more costs no copy, since a run without
 * checkpoints keeps all of them.
 */
public final class Trail {
    private static final Trail EMPTY = new Trail(null, null);

    private final @Nullable Trail before;
    private final @Nullable Commit last;

    private Trail(@Nullable Trail before, @Nullable Commit last) {
        this.before = before;
        this.last = last;
    }

    static Trail empty() {
        return EMPTY;
    }

    Trail with(Commit next) {
        return new Trail(this, next);
    }

    /** The commits beyond a step. Costs as many steps as it keeps. */
    Trail beyond(int step) {
        Trail kept = EMPTY;
        for (Commit commit : commits()) {
            kept = commit.step() > step ? kept.with(commit) : kept;
        }
        return kept;
    }

    /** Ascending. */
    List<Commit> commits() {
        List<Commit> all = new ArrayList<>();
        newestFirst().forEachRemaining(all::add);
        Collections.reverse(all);
        return all;
    }

    private Iterator<Commit> newestFirst() {
        return new Iterator<>() {
            private Trail at = Trail.this;

            @Override
            public boolean hasNext() {
                return at.last != null;
            }

            @Override
            public Commit next() {
                if (at.last == null || at.before == null) {
                    throw new NoSuchElementException();
                }
                Commit found = at.last;
                at = at.before;
                return found;
            }
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Trail trail && commits().equals(trail.commits());
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(last);
    }

    @Override
    public String toString() {
        return commits().toString();
    }
}
