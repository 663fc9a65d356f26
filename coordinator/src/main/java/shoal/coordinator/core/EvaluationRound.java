package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import shoal.plan.metric.EvaluationTally;
import shoal.plan.step.EvaluationDeal.Rows;

/**
 * One evaluation while its rows come in from several workers. Rows are counted in row order whoever
 * computed them: a worker's rows wait until all before them are counted. Immutable.
 *
 * @param ranges rows of each member, in crew order
 * @param begun the tally before the first row of the member whose turn it is
 * @param counted the tally so far; never changed, only replaced
 * @param turn the member whose rows are counted as they come
 * @param waiting rows of later members
 * @param seconds that a member took, once it has sent everything
 */
public record EvaluationRound(
        List<Rows> ranges,
        EvaluationTally begun,
        EvaluationTally counted,
        int turn,
        Table<Integer, List<EvaluationPart>> waiting,
        Gathered<Double> seconds) {
    public EvaluationRound {
        ranges = List.copyOf(ranges);
        requireNonNull(begun, "begun");
        requireNonNull(counted, "counted");
        requireNonNull(waiting, "waiting");
        requireNonNull(seconds, "seconds");
    }

    static EvaluationRound begin(List<Rows> ranges, EvaluationTally empty) {
        EvaluationRound round =
                new EvaluationRound(ranges, empty, empty, 0, Table.empty(), Gathered.none());
        return round.advanced();
    }

    /** The row that a member must send next. */
    int nextRow(int member) {
        return member == turn
                ? counted.rows()
                : ranges.get(member).from() + rows(waiting.find(member).orElse(List.of()));
    }

    /** A member's rows begin again from its first. */
    EvaluationRound restarted(int member) {
        return member == turn
                ? new EvaluationRound(ranges, begun, begun, turn, waiting, seconds)
                : new EvaluationRound(
                        ranges, begun, counted, turn, waiting.without(member), seconds);
    }

    /** More rows of a member, which follow those it sent before. */
    EvaluationRound with(int member, EvaluationPart part) {
        if (member == turn) {
            return new EvaluationRound(
                    ranges, begun, count(counted, List.of(part)), turn, waiting, seconds);
        }
        List<EvaluationPart> parts = new ArrayList<>(waiting.find(member).orElse(List.of()));
        parts.add(part);
        return new EvaluationRound(
                ranges, begun, counted, turn, waiting.with(member, List.copyOf(parts)), seconds);
    }

    /** A member has sent all its rows. */
    EvaluationRound finished(int member, double taken) {
        return new EvaluationRound(
                        ranges, begun, counted, turn, waiting, seconds.with(member, taken))
                .advanced();
    }

    boolean isFinished(int member) {
        return seconds.has(member) || ranges.get(member).isEmpty();
    }

    boolean isWhole() {
        return turn == ranges.size();
    }

    /** Rows that have come, counted or waiting. */
    int rows() {
        return counted.rows() + waiting.values().stream().mapToInt(EvaluationRound::rows).sum();
    }

    /** What the slowest member took. */
    double slowest() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /** Passes the turn on while the member that has it has sent everything. */
    private EvaluationRound advanced() {
        EvaluationRound now = this;
        while (!now.isWhole() && now.isFinished(now.turn)) {
            int next = now.turn + 1;
            EvaluationTally all = count(now.counted, now.waiting.find(next).orElse(List.of()));
            now =
                    new EvaluationRound(
                            ranges, now.counted, all, next, now.waiting.without(next), now.seconds);
        }
        return now;
    }

    private static EvaluationTally count(EvaluationTally before, List<EvaluationPart> parts) {
        EvaluationTally tally = before.copy();
        for (EvaluationPart part : parts) {
            for (int i = 0; i < part.rows(); i++) {
                tally.add(part.losses()[i], part.predictions()[i], part.labels()[i]);
            }
        }
        return tally;
    }

    private static int rows(List<EvaluationPart> parts) {
        return parts.stream().mapToInt(EvaluationPart::rows).sum();
    }
}
