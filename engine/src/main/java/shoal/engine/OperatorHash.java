package shoal.engine;

import static java.util.Objects.requireNonNull;

/**
 * The bits that one group of operators gives on this machine.
 *
 * @param operators what was computed: "product", "gelu", ...
 * @param sha256 of the results' bytes, as hex digits
 */
public record OperatorHash(String operators, String sha256) {
    public OperatorHash {
        requireNonNull(operators, "operators");
        requireNonNull(sha256, "sha256");
    }
}
