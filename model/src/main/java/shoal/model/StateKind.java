package shoal.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import shoal.recipe.Recipe;
import shoal.recipe.Require;
import shoal.recipe.UpdateRule;

/**
 * What outlives a step of each parameter: buffers in the units' layout, or one number for a
 * parameter, which stands where its first element would.
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
        WORKER_ERROR,
        EXP_AVG_SQ_FRESH,
        LAMB_COEFF_FREEZE,
        LAST_FACTOR,
        SCALING_COEFF
    }

    public static final StateKind PARAMETER = new StateKind(Type.PARAMETER, OptionalInt.empty());

    /** First moment of Adam; torch's exp_avg. */
    public static final StateKind EXP_AVG = new StateKind(Type.EXP_AVG, OptionalInt.empty());

    /** Second moment of Adam; torch's exp_avg_sq. */
    public static final StateKind EXP_AVG_SQ = new StateKind(Type.EXP_AVG_SQ, OptionalInt.empty());

    /** What compression of the average left out; DeepSpeed's server_error. */
    public static final StateKind SERVER_ERROR =
            new StateKind(Type.SERVER_ERROR, OptionalInt.empty());

    /**
     * What OneBitLamb's second moment would be without its freeze; DeepSpeed's exp_avg_sq_fresh.
     */
    public static final StateKind EXP_AVG_SQ_FRESH =
            new StateKind(Type.EXP_AVG_SQ_FRESH, OptionalInt.empty());

    /** A number: OneBitLamb's mean trust ratio; DeepSpeed's lamb_coeff_freeze. */
    public static final StateKind LAMB_COEFF_FREEZE =
            new StateKind(Type.LAMB_COEFF_FREEZE, OptionalInt.empty());

    /** A number: what that is multiplied by; DeepSpeed's last_factor. */
    public static final StateKind LAST_FACTOR =
            new StateKind(Type.LAST_FACTOR, OptionalInt.empty());

    /** A number: what momentum is multiplied by to be packed; DeepSpeed's scaling_coeff. */
    public static final StateKind SCALING_COEFF =
            new StateKind(Type.SCALING_COEFF, OptionalInt.empty());

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

    /**
     * What a run keeps at a step's end: parameters alone where it saves the model only; frozen
     * state only from the freeze on, errors of compression only once it has compressed.
     */
    public static List<StateKind> of(Recipe recipe, int step) {
        if (recipe.selection().modelOnly()) {
            return List.of(PARAMETER);
        }
        UpdateRule rule = recipe.optimizer().rule();
        List<StateKind> kinds = new ArrayList<>(common());
        if (rule.freezesRatios()) {
            kinds.add(LAMB_COEFF_FREEZE);
            if (rule.compresses(step + 1)) {
                kinds.addAll(List.of(EXP_AVG_SQ_FRESH, LAST_FACTOR, SCALING_COEFF));
            }
        }
        if (rule.compresses(step)) {
            kinds.add(SERVER_ERROR);
            for (int rank = 0; rank < recipe.batch().ranks(); rank++) {
                kinds.add(workerError(rank));
            }
        }
        return List.copyOf(kinds);
    }

    /** Whether it is one number for each parameter. */
    public boolean isNumber() {
        return switch (type) {
            case LAMB_COEFF_FREEZE, LAST_FACTOR, SCALING_COEFF -> true;
            case PARAMETER, EXP_AVG, EXP_AVG_SQ, SERVER_ERROR, WORKER_ERROR, EXP_AVG_SQ_FRESH ->
                    false;
        };
    }

    /** How many elements there are of a parameter. */
    public long elements(Parameter parameter) {
        return isNumber() ? 1 : parameter.sizeElements();
    }

    /** The shape of a parameter's tensor in a file; a number has no dimension. */
    public List<Integer> shape(Parameter parameter) {
        return isNumber() ? List.of() : parameter.shape();
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
            case EXP_AVG_SQ_FRESH -> "exp_avg_sq_fresh." + name;
            case LAMB_COEFF_FREEZE -> "lamb_coeff_freeze." + name;
            case LAST_FACTOR -> "last_factor." + name;
            case SCALING_COEFF -> "scaling_coeff." + name;
        };
    }

    @Override
    public String toString() {
        return rank.isPresent() ? type + " of rank " + rank.getAsInt() : type.name();
    }
}
