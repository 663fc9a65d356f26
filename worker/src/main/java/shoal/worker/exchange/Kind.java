package shoal.worker.exchange;

/** What the values of a range are, and which stream they travel on. */
public enum Kind {
    /** The sum of one node of the reduction tree, for the owner of the range. */
    GRADIENT_NODE(Track.NODES, true),
    /** Rows of the embedding's gradient of one node: as many row ids as rows, then their values. */
    EMBEDDING_ROWS(Track.NODES, false),
    /** No more embedding rows of this node follow for this owner. Has no values. */
    EMBEDDING_END(Track.NODES, false),
    /** The whole gradient of a range, from its owner (stage 0). */
    REDUCED_GRADIENT(Track.RESULTS, true),
    /** Parameters of a range, from their owner. */
    PARAMETERS(Track.RESULTS, true),
    /** Packed momentum of one rank, for the owner of its blocks; the node is that rank. */
    MOMENTUM_BITS(Track.NODES, false),
    /** The mean of all ranks' momentum, packed again, from the owner of its blocks. */
    MEAN_BITS(Track.RESULTS, false);

    /**
     * Ranges of one track arrive in the order sent; the two never wait for each other, so that
     * results never wait behind nodes for which an owner has no room.
     */
    public enum Track {
        /** Contributions to sums. */
        NODES,
        /** What owners give out. */
        RESULTS
    }

    private final Track track;
    private final boolean dense;

    Kind(Track track, boolean dense) {
        this.track = track;
        this.dense = dense;
    }

    public Track track() {
        return track;
    }

    /**
     * Whether the values are consecutive elements of a unit, which the exchange may cut into
     * pieces.
     */
    public boolean dense() {
        return dense;
    }
}
