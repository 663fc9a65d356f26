package shoal.coordinator;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.PeerFacts;
import shoal.coordinator.core.Probe;
import shoal.coordinator.core.StepSums;
import shoal.coordinator.core.WorkerFacts;
import shoal.coordinator.core.WorkerReport;
import shoal.plan.step.ExactSum;
import shoal.plan.step.TensorSquares;
import shoal.plan.step.TrustRatios;

/** What workers of tests say. */
public final class TestReports {
    /** Operations of each step. */
    public static final long FLOS = 1_200;

    private TestReports() {}

    /** A worker that others can reach and that gives the bits of this name. */
    public static WorkerFacts facts(String worker, String bits) {
        Probe probe =
                new Probe(
                        List.of(
                                new Probe.Group("product", new Hash("0".repeat(64))),
                                new Probe.Group(
                                        "gelu",
                                        new Hash(String.format("%064x", bits.hashCode())))));
        return new WorkerFacts("here", 7, 2, Optional.of(new PeerFacts(worker + ":1", "n")), probe);
    }

    /** A worker alone whose rows and blocks add up to these. */
    public static WorkerReport.Reduced reduced(
            Fence fence, int step, double loss, double squaredNorm) {
        return new WorkerReport.Reduced(
                fence, step, whole(loss, exact(squaredNorm), Optional.empty()));
    }

    /** All rows of a step, the first of which has all of the loss. */
    public static StepSums whole(
            double loss, byte[] squares, Optional<StepSums.BlockPlace> nonFinite) {
        double[] terms = new double[TestRecipes.BATCH_ROWS];
        terms[0] = loss;
        int[] rows = IntStream.range(0, TestRecipes.BATCH_ROWS).toArray();
        return new StepSums(rows, terms, squares, 10, FLOS, nonFinite, deal(1));
    }

    /** The deal among so many workers, and who owns what of them. */
    public static Hash deal(int workers) {
        return new Hash(String.format("%064x", workers));
    }

    /** What one of several workers says of a step of {@link TestRecipes#BATCH_ROWS} rows. */
    public static StepSums part(int step, int index, int workers) {
        int from = TestRecipes.BATCH_ROWS * index / workers;
        int to = TestRecipes.BATCH_ROWS * (index + 1) / workers;
        int[] rows = IntStream.range(from, to).toArray();
        double[] squares = IntStream.of(rows).mapToDouble(row -> square(step, row)).toArray();
        return new StepSums(
                rows,
                IntStream.of(rows).mapToDouble(row -> lossTerm(step, row)).toArray(),
                exact(squares),
                10,
                FLOS,
                Optional.empty(),
                deal(workers));
    }

    /** What these parts add up to, however many workers there are. */
    public static double loss(int step) {
        double loss = 0;
        for (int row = 0; row < TestRecipes.BATCH_ROWS; row++) {
            loss += lossTerm(step, row);
        }
        return loss;
    }

    public static double norm(int step) {
        return Math.sqrt(
                IntStream.range(0, TestRecipes.BATCH_ROWS)
                        .mapToObj(row -> new BigDecimal(square(step, row)))
                        .reduce(BigDecimal.ZERO, BigDecimal::add)
                        .doubleValue());
    }

    private static double lossTerm(int step, int row) {
        return Math.scalb(1.0 / (3 * row + step), 7 * row);
    }

    private static double square(int step, int row) {
        return Math.scalb(1.0 / (7 * row + step), 20 - 13 * row);
    }

    /** What one of several workers measured of a step: two tensors, the second one in parts. */
    public static byte[] squares(int step, int index, int workers) {
        TensorSquares squares = TensorSquares.zeros(2);
        int from = TestRecipes.BATCH_ROWS * index / workers;
        int to = TestRecipes.BATCH_ROWS * (index + 1) / workers;
        for (int part = from; part < to; part++) {
            squares.add(part == 0 ? 0 : 1, square(step, part), square(step + 1, part));
        }
        return squares.toBytes();
    }

    /** What these parts give, however many workers there are. */
    public static List<Float> ratios(int step) {
        return TrustRatios.of(TensorSquares.fromBytes(squares(step, 0, 1)), TestRecipes.LAMB);
    }

    public static byte[] exact(double... values) {
        ExactSum sum = new ExactSum();
        for (double value : values) {
            sum.add(value);
        }
        return sum.toBytes();
    }
}
