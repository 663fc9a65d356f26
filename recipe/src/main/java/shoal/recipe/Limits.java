package shoal.recipe;

/** Bounds shared by all modules, each with its unit and its reason. */
public final class Limits {
    /** Problems listed before the rest is only counted: more would scroll the first one away. */
    public static final int PROBLEMS_REPORTED = 20;

    /** Bytes of a JSON file: a configuration is kilobytes; a tokenizer.json tens of megabytes. */
    public static final int JSON_BYTES = 64 << 20;

    /** Nesting of a JSON file: HF and DeepSpeed files nest at most 5 deep. */
    public static final int JSON_DEPTH = 64;

    /** Data bytes of one file or state chunk on the wire. */
    public static final int CHUNK_BYTES = 128 << 10;

    /** Shared memory of a worker and generation: containers often have 64 MB in all. */
    public static final int SHARED_MEMORY_BYTES = 64 << 20;

    /** A gRPC message: a chunk and its envelope, or 10,000 evaluation rows. */
    public static final int MESSAGE_BYTES = 1 << 20;

    /** Rows of one EvaluationRows message: 10,000 x (4 + 5 + 5) bytes at most. */
    public static final int EVALUATION_ROWS_PER_MESSAGE = 10_000;

    /** Rows of a step, all of which one StepReduced message may hold: 65,536 x (5 + 8) bytes. */
    public static final int STEP_ROWS = 1 << 16;

    /** Tensors of a model whose norms travel in one message, two exact sums each: 85 layers. */
    public static final int MEASURED_TENSORS = 1_024;

    /** Elements of a block, the unit of sharding and of the gradient norm (design section 2). */
    public static final int BLOCK_ELEMENTS = 4_096;

    /** Ranges given to native operators start and end on multiples of this (design section 2). */
    public static final int NATIVE_RANGE_ELEMENTS = 16;

    /** Bytes of a model's config.json: 30 keys, and names for every label. */
    public static final int CONFIG_BYTES = 1 << 20;

    /** Characters of a path: Linux's PATH_MAX. */
    public static final int PATH_LENGTH = 4_096;

    /** Notices of a recipe: one for each key of HF's and DeepSpeed's files, and some. */
    public static final int NOTICES = 500;

    /** Characters of a notice: one names every key of a file that has no effect. */
    public static final int NOTICE_LENGTH = 16_384;

    /** Bytes of a recipe's JSON: its numbers take 2,000, its paths and notices the rest. */
    public static final int RECIPE_BYTES = 256 << 10;

    /** Bytes of one TSV line: far above any text that 1,024 tokens can hold. */
    public static final int LINE_BYTES = 1 << 20;

    /** Rows of one data file: row numbers are ints, and ids of all rows stay in memory. */
    public static final int ROWS = 50_000_000;

    /** Classes of a classifier: HF sets no bound; beyond this a label is a typing error. */
    public static final int LABELS = 10_000;

    /** Logical ranks: each is planned by name in every step; the largest clusters of today. */
    public static final int RANKS = 1_024;

    /** Slices of a micro-batch: more would each hold less than a row of any usual batch. */
    public static final int SLICES = 1_024;

    /** Compute threads of a worker: more than any machine has cores for. */
    public static final int LANES = 1_024;

    /**
     * Heap bytes that reading a user's file may allocate for each byte of it: an empty JSON list of
     * three characters is an object, a list and its place in another list.
     */
    public static final int READING_HEAP_PER_BYTE = 512;

    /** Heap bytes that reading a user's file may allocate whatever its size: buffers, messages. */
    public static final int READING_HEAP_BYTES = 2 << 20;

    /**
     * Heap bytes that reading a request may allocate for each byte of it: a list's message of four
     * bytes is an object, its place in the list, and what builds them.
     */
    public static final int REQUEST_HEAP_PER_BYTE = 64;

    /** Heap bytes that reading a request may allocate whatever its size. */
    public static final int REQUEST_HEAP_BYTES = 256 << 10;

    static {
        if (CHUNK_BYTES + 4_096 > MESSAGE_BYTES) {
            throw new AssertionError("a chunk with its envelope must fit a message");
        }
        if (EVALUATION_ROWS_PER_MESSAGE * 14 + 4_096 > MESSAGE_BYTES) {
            throw new AssertionError("an EvaluationRows message must fit");
        }
        if (STEP_ROWS * 13 + 4_096 > MESSAGE_BYTES) {
            throw new AssertionError("a StepReduced message must fit");
        }
        if (BLOCK_ELEMENTS % NATIVE_RANGE_ELEMENTS != 0) {
            throw new AssertionError("a block must be a whole number of native ranges");
        }
    }

    private Limits() {}
}
