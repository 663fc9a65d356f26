package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;

/** Some kinds of state of what is updated here, wherever they are kept. Zeros at first. */
interface KeptState extends StateKeeper, AutoCloseable {
    /**
     * State of a range as tensors.
     *
     * @param tensors one for each kind, laid out alike
     * @param offset of the range's first element in each
     */
    record Window(List<PtNDArray> tensors, long offset) {
        public Window {
            tensors = List.copyOf(requireNonNull(tensors, "tensors"));
        }

        /** The first kind's tensor. */
        PtNDArray first() {
            return tensors.get(0);
        }

        /** The second kind's tensor. */
        PtNDArray second() {
            return tensors.get(1);
        }
    }

    /** The state of a range. On a lane, which uses it until it opens another range. */
    Window open(UpdateRange range);

    /** What the calling lane opened was changed, and is to be kept. */
    void changed(UpdateRange range);

    @Override
    void close();
}
