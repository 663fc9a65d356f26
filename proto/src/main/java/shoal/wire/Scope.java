package shoal.wire;

/** What the bearer of a token may do. */
public enum Scope {
    /** Everything. */
    ADMIN,
    /** Submit and cancel runs, and all that READ may. */
    SUBMIT,
    /** List, watch and fetch. */
    READ,
    /** Join as a worker and read the artefacts of runs. */
    WORKER;

    /** Whether a bearer of this scope may do what {@code needed} stands for. */
    public boolean allows(Scope needed) {
        return this == ADMIN || this == needed || (this == SUBMIT && needed == READ);
    }
}
