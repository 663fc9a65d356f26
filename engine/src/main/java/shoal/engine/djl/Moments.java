package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;

/** Both moments of what is updated here, wherever they are kept. Zeros at first. */
interface Moments extends StateKeeper, AutoCloseable {
    /**
     * Moments of a range as tensors.
     *
     * @param first where the range's first element is at {@code offset}
     * @param second laid out as the first
     * @param offset in elements
     */
    record Window(PtNDArray first, PtNDArray second, long offset) {}

    /** The moments of a range. On a lane, which uses them until it opens another range. */
    Window open(UpdateRange range);

    /** What the calling lane opened was changed, and is to be kept. */
    void changed(UpdateRange range);

    @Override
    void close();
}
