package shoal.engine;

import shoal.recipe.Limits;

/**
 * Consecutive elements of a unit, in whole native ranges; may be empty.
 *
 * @param from first element, a multiple of 16
 * @param to element after the last one, a multiple of 16
 */
public record ElementRange(long from, long to) {
    public ElementRange {
        if (from % Limits.NATIVE_RANGE_ELEMENTS != 0
                || to % Limits.NATIVE_RANGE_ELEMENTS != 0
                || from < 0
                || to < from) {
            throw new IllegalArgumentException(
                    "range %d to %d, expected multiples of %d"
                            .formatted(from, to, Limits.NATIVE_RANGE_ELEMENTS));
        }
    }

    public long size() {
        return to - from;
    }

    public boolean isEmpty() {
        return to == from;
    }

    /** What this range and the elements {@code first} to {@code end - 1} have in common. */
    public ElementRange common(long first, long end) {
        long start = Math.max(from, first);
        return new ElementRange(start, Math.max(start, Math.min(to, end)));
    }
}
