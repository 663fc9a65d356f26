package shoal.worker.evaluate;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.TrainingEngine;
import shoal.model.dataset.TokenTable;
import shoal.plan.step.EvaluationDeal;
import shoal.proto.v1.EvaluationRows;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.worker.step.Computation;
import shoal.worker.stop.StopSignal;

/**
 * Evaluates the rows of a run that are this worker's: all of them where it is alone.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Rows come in row order, each once, in messages of at most {@link
 *       Limits#EVALUATION_ROWS_PER_MESSAGE}.
 *   <li>The engine gets whole evaluation batches of the recipe: how rows are cut into products does
 *       not depend on the machine.
 *   <li>A large set is reported in about fifty messages, so that progress shows.
 * </ul>
 *
 * <p>Methods are called from the run thread.
 */
public final class Evaluation {
    /** A message every two per cent. */
    private static final int MESSAGES = 50;

    private final TokenTable rows;
    private final int batchRows;
    private final TrainingEngine engine;
    private final Computation computation;
    private final LongSupplier nanoTime;

    /**
     * The evaluation of a run.
     *
     * @param batchRows the recipe's rows per device
     * @param computation says which worker this is
     * @param nanoTime a steady clock
     */
    public Evaluation(
            TokenTable rows,
            int batchRows,
            TrainingEngine engine,
            Computation computation,
            LongSupplier nanoTime) {
        this.rows = requireNonNull(rows, "rows");
        Require.atLeast("batchRows", batchRows, 1);
        this.batchRows = batchRows;
        this.engine = requireNonNull(engine, "engine");
        this.computation = requireNonNull(computation, "computation");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** Evaluates this worker's rows; the last message has the seconds it took. */
    public void run(int step, StopSignal stop, Consumer<EvaluationRows> out) {
        long began = nanoTime.getAsLong();
        List<EvaluationDeal.Rows> deal =
                EvaluationDeal.of(rows.rows(), batchRows, computation.workers());
        EvaluationDeal.Rows own = deal.get(computation.index());
        long together = (long) batchRows * computation.evaluate(step, deal, batchRows);
        int rowsAtATime = (int) Math.min(Math.max(1, own.count()), together);
        int perMessage = rowsPerMessage(rows.rows());
        EvaluationRows.Builder message = begin(step, own.from());
        for (int from = own.from();
                from < own.to();
                from += Math.min(rowsAtATime, own.to() - from)) {
            stop.throwIfRaised();
            List<RowInput> batch = batch(from, Math.min(rowsAtATime, own.to() - from));
            List<RowResult> results = engine.evaluate(batch);
            for (int i = 0; i < results.size(); i++) {
                if (message.getLossesCount() == perMessage) {
                    out.accept(message.build());
                    message = begin(step, from + i);
                }
                add(message, batch.get(i), results.get(i));
            }
        }
        double seconds = (nanoTime.getAsLong() - began) * 1e-9;
        out.accept(message.setLast(true).setSeconds(seconds).build());
    }

    static int rowsPerMessage(int rows) {
        return Math.max(1, Math.min(Limits.EVALUATION_ROWS_PER_MESSAGE, rows / MESSAGES));
    }

    private List<RowInput> batch(int from, int size) {
        List<RowInput> batch = new ArrayList<>(size);
        for (int row = from; row < from + size; row++) {
            batch.add(new RowInput(row, rows.ids(row), rows.label(row), 1));
        }
        return batch;
    }

    private static EvaluationRows.Builder begin(int step, int firstRow) {
        return EvaluationRows.newBuilder().setStep(step).setFirstRow(firstRow);
    }

    private static void add(EvaluationRows.Builder message, RowInput row, RowResult result) {
        message.addLosses(result.loss()).addPredictions(result.prediction()).addLabels(row.label());
    }
}
