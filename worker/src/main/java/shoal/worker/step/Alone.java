package shoal.worker.step;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.engine.GradientReport;
import shoal.engine.Measurement;
import shoal.engine.TrainingEngine;
import shoal.engine.Update;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.ExactSum;
import shoal.proto.v1.StepReduced;

/** A worker that has no others: its engine does everything. */
public final class Alone implements Computation {
    private final TrainingEngine engine;

    public Alone(TrainingEngine engine) {
        this.engine = requireNonNull(engine, "engine");
    }

    @Override
    public int workers() {
        return 1;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public StepReduced reduce(StepLayout step) {
        GradientReport report = engine.forwardBackward(step.work());
        ExactSum squares = new ExactSum();
        if (report.nonFinite().isEmpty()) {
            squares.add(report.squaredNorm());
        }
        return step.report(report.part(), squares, report.nonFinite());
    }

    @Override
    public Measurement measure(int step, double clip) {
        return engine.measure(step, clip);
    }

    @Override
    public void apply(Update update) {
        engine.update(update);
    }

    @Override
    public int evaluate(int step, List<EvaluationDeal.Rows> deal, int batchRows) {
        return 1;
    }

    @Override
    public void close() {}
}
