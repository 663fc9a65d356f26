package shoal.engine;

import java.nio.ByteBuffer;
import java.util.List;
import shoal.model.ParameterTable;
import shoal.model.StateKind;

/**
 * Holds one model's parameters, gradient and moments, and computes on them.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The bits of every result are a function of the parameters, the recipe and the work given;
 *       not of lanes, threads, the machine's load or the order in which leaves finish.
 *   <li>State changes only in {@link #update} and {@link #write}.
 * </ul>
 *
 * <p>Methods may be called from one thread at a time.
 */
public interface TrainingEngine extends AutoCloseable {
    /** Where every parameter lies. */
    ParameterTable table();

    /** Sets state: little-endian fp32 into a unit's buffer from an element offset. */
    void write(StateKind kind, int unit, long offsetElements, ByteBuffer values);

    /** Reads state: fills {@code values} with little-endian fp32 from an element offset. */
    void read(StateKind kind, int unit, long offsetElements, ByteBuffer values);

    /** Forward and backward of one step; the reduced gradient is held until {@link #update}. */
    GradientReport forwardBackward(StepWork work);

    /**
     * Measures what an update with this clip would do, and changes nothing. Must name the step of
     * the last {@link #forwardBackward}; only where the recipe's rule measures.
     */
    Measurement measure(int step, double clip);

    /** Applies the held gradient. Must name the step of the last {@link #forwardBackward}. */
    void update(Update update);

    /**
     * Loss and prediction of rows, without dropout. How rows are cut into products depends on the
     * recipe's evaluation batch only: {@code rows} are one or more such batches, of which only the
     * last may be short. All of them pass a unit before the next, so that in stage 3 its parameters
     * are gathered once for them.
     */
    List<RowResult> evaluate(List<RowInput> rows);

    @Override
    void close();
}
