package shoal.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import shoal.recipe.Recipe;
import shoal.recipe.Require;

/**
 * A set of buffers that outlives a step; all have the units' layout.
 *
 * @param type what it is
 * @param rank whose error it is, of type {@link Type#WORKER_ERROR}; else empty
 */
public record StateKind(Type type, OptionalInt rank) {
    /** What a buffer is. */
    public enum Type {
        PARAMETER,
        EXP_AVG,
        EXP_AVG_SQ,
        SERVER_ERROR,
        WORKER_ERROR
    }

    public static final StateKind PARAMETER = new StateKind(Type.PARAMETER, OptionalInt.empty());

    /** First moment of Adam; torch's exp_avg. */
    public static final StateKind EXP_AVG = new StateKind(Type.EXP_AVG, OptionalInt.empty());

    /** Second moment of Adam; torch's exp_avg_sq. */
    public static final StateKind EXP_AVG_SQ = new StateKind(Type.EXP_AVG_SQ, OptionalInt.empty());

    /** What compression of the average left out; DeepSpeed's server_error. */
    public static final StateKind SERVER_ERROR =
            new StateKind(Type.SERVER_ERROR, OptionalInt.empty());

    public StateKind {
        requireNonNull(type, "type");
        if (rank.isPresent() != (type == Type.WORKER_ERROR)) {
            throw new IllegalArgumentException(type + " with rank " + rank);
        }
        Require.atLeast("rank", rank.orElse(0), 0);
    }

    /** What compression of one rank's momentum left out; DeepSpeed's worker_error. */
    public static StateKind workerError(int rank) {
        return new StateKind(Type.WORKER_ERROR, OptionalInt.of(rank));
    }

    /** Parameters and both moments of Adam, which every run has. */
    public static List<StateKind> common() {
        return List.of(PARAMETER, EXP_AVG, EXP_AVG_SQ);
    }

    /** What a run has at a step's end: errors of compression only once it has compressed. */
    public static List<StateKind> of(Recipe recipe, int step) {
        List<StateKind> kinds = new ArrayList<>(common());
        if (recipe.optimizer().rule().compresses(step)) {
            kinds.add(SERVER_ERROR);
            for (int rank = 0; rank < recipe.batch().ranks(); rank++) {
                kinds.add(workerError(rank));
            }
        }
        return List.copyOf(kinds);
    }

    /**
     * The tensor of a parameter in a file: "exp_avg.score.weight", "worker_error.1.score.weight".
     */
    public String tensorName(Parameter parameter) {
        String name = requireNonNull(parameter, "parameter").name();
        return switch (type) {
            case PARAMETER -> name;
            case EXP_AVG -> "exp_avg." + name;
            case EXP_AVG_SQ -> "exp_avg_sq." + name;
            case SERVER_ERROR -> "server_error." + name;
            case WORKER_ERROR -> "worker_error." + rank.orElseThrow() + "." + name;
        };
    }

    @Override
    public String toString() {
        return rank.isPresent() ? type + " of rank " + rank.getAsInt() : type.name();
    }
}
