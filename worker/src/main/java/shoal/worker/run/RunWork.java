package shoal.worker.run;

import java.io.IOException;
import java.util.function.Consumer;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.EvaluationRows;
import shoal.proto.v1.Fence;
import shoal.proto.v1.RunReady;
import shoal.proto.v1.StepMeasured;
import shoal.proto.v1.StepReduced;

/**
 * A loaded run, as the run thread drives it. Every method may throw {@code UserException} where the
 * run's files are at fault, and {@code StoppedException} after the run's stop signal.
 */
public interface RunWork extends AutoCloseable {
    /** What RunReady says, without fence and steps. */
    RunReady facts();

    /** Forward, backward and reduction of a step, whose losses are multiplied by this. */
    StepReduced reduce(int step, double lossScale);

    /** Does what can be done early for a step that is likely to come next. */
    void prepare(int step);

    /** Measures what the update of a step would do. */
    StepMeasured measure(int step, double clip);

    /** Updates the parameters. */
    void apply(CommitStep commit);

    /** Evaluates all evaluation rows, in row order. */
    void evaluate(int step, Consumer<EvaluationRows> out);

    /** Sends all parameters, and the moments if so told. */
    void upload(Fence fence, int step, boolean moments) throws IOException;

    /** Frees engine and files. */
    @Override
    void close() throws IOException;
}
