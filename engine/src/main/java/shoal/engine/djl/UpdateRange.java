package shoal.engine.djl;

import shoal.recipe.Limits;

/**
 * A part of a unit that is updated at a time.
 *
 * @param from first element, a multiple of 16
 * @param to element after the last one, a multiple of 16
 */
record UpdateRange(int unit, long from, long to) {
    /** Elements of one piece of work: a few milliseconds, and many pieces for several lanes. */
    static final long PIECE_ELEMENTS = 1 << 20;

    UpdateRange {
        if (from % Limits.NATIVE_RANGE_ELEMENTS != 0
                || to % Limits.NATIVE_RANGE_ELEMENTS != 0
                || from < 0
                || to <= from) {
            throw new IllegalArgumentException(
                    "range %d to %d of unit %d, expected multiples of %d"
                            .formatted(from, to, unit, Limits.NATIVE_RANGE_ELEMENTS));
        }
    }
}
