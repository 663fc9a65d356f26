package shoal.coordinator.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import shoal.plan.step.ExactSum;

/**
 * All parts of a step, added so that neither the number of workers nor who had which row changes a
 * bit: losses in row order, squares exactly.
 *
 * @param loss sum of row weight x row loss
 * @param squares squared norm of the reduced gradient; of a step that compresses, the sum of the
 *     norms of its ranks' gradients
 * @param tokens computed
 * @param flos HF's estimate of the floating point operations
 */
record StepTotal(double loss, double squares, long tokens, long flos) {
    private record Term(int row, double loss) {}

    static StepTotal of(Collection<StepSums> parts) {
        ExactSum squares = new ExactSum();
        long tokens = 0;
        long flos = 0;
        for (StepSums part : parts) {
            squares.add(ExactSum.fromBytes(part.squares()));
            tokens = Math.addExact(tokens, part.tokens());
            flos = part.flos(); // Every part has those of the whole step.
        }
        return new StepTotal(loss(parts), squares.value(), tokens, flos);
    }

    private static double loss(Collection<StepSums> parts) {
        List<Term> terms =
                parts.stream()
                        .flatMap(part -> terms(part).stream())
                        .sorted(Comparator.comparingInt(Term::row))
                        .toList();
        double loss = 0;
        for (Term term : terms) {
            loss += term.loss();
        }
        return loss;
    }

    private static List<Term> terms(StepSums part) {
        return IntStream.range(0, part.rows().length)
                .mapToObj(i -> new Term(part.rows()[i], part.lossTerms()[i]))
                .toList();
    }

    /** Why these parts are not one step; empty if each row came once and all dealt alike. */
    static Optional<String> problem(Collection<StepSums> parts, int expectedRows) {
        long deals = parts.stream().map(StepSums::deal).distinct().count();
        if (deals > 1) {
            return Optional.of("its workers dealt the rows of a step in " + deals + " ways");
        }
        if (parts.stream().mapToLong(StepSums::flos).distinct().count() > 1) {
            return Optional.of("its workers found different lengths of a step's rows");
        }
        int[] rows = parts.stream().flatMapToInt(part -> IntStream.of(part.rows())).toArray();
        Arrays.sort(rows);
        for (int i = 1; i < rows.length; i++) {
            if (rows[i] == rows[i - 1]) {
                return Optional.of("row " + rows[i] + " was computed twice in a step");
            }
        }
        return rows.length == expectedRows
                ? Optional.empty()
                : Optional.of(
                        "its workers computed "
                                + rows.length
                                + " rows of a step that has "
                                + expectedRows);
    }
}
