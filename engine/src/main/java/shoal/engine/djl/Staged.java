package shoal.engine.djl;

/** Work in stages: each stage needs the one before it, and no other work. */
interface Staged {
    /** How many stages there are, at least one. */
    int stages();

    /** Runs the next stage, on a lane. Never called twice at the same time. */
    void advance();
}
