package shoal.model;

import static java.util.Objects.requireNonNull;

/** The three buffers of a unit that outlive a step; all have the unit's layout. */
public enum StateKind {
    PARAMETER(""),
    /** First moment of Adam; torch's exp_avg. */
    EXP_AVG("exp_avg."),
    /** Second moment of Adam; torch's exp_avg_sq. */
    EXP_AVG_SQ("exp_avg_sq.");

    private final String prefix;

    StateKind(String prefix) {
        this.prefix = prefix;
    }

    /** The tensor of a parameter in a file: "exp_avg.score.weight". */
    public String tensorName(Parameter parameter) {
        return prefix + requireNonNull(parameter, "parameter").name();
    }
}
