package shoal.engine;

/** The three buffers of a unit that outlive a step; all have the unit's layout. */
public enum StateKind {
    PARAMETER,
    /** First moment of Adam; torch's exp_avg. */
    EXP_AVG,
    /** Second moment of Adam; torch's exp_avg_sq. */
    EXP_AVG_SQ
}
