package shoal.plan.log;

/** Names that more than one class here writes or reads. */
final class RowNames {
    static final String EPOCH = "epoch";
    static final String STEP = "step";
    static final String TOTAL_FLOS = "total_flos";

    private RowNames() {}
}
