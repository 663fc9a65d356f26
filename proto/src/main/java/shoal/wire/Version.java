package shoal.wire;

/**
 * The version of this Shoal. Coordinator and workers must be of the same one: what they compute
 * together has to be the same arithmetic.
 */
public final class Version {
    /** Equals the version of the root pom. */
    public static final String CURRENT = "0.1.0";

    private Version() {}
}
