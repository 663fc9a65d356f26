package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.plan.step.ReductionTree.Node;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * Which values a message holds. Run and generation are the exchange's own and not repeated here.
 *
 * @param kind what the values are
 * @param step the step they belong to, from 1
 * @param version the step at whose end the parameters are that they come from, or are
 * @param unit index in the parameter table
 * @param offsetElements of dense kinds: where the range begins in its unit, a multiple of 16; of
 *     embedding rows: words of this node already sent to this owner; of packed blocks: where the
 *     first of them begins in its unit
 * @param elements 32-bit words that follow; of dense kinds a multiple of 16
 * @param node whose sum it is, of momentum the rank and the one after it; empty for results
 */
public record RangeHeader(
        Kind kind,
        int step,
        int version,
        int unit,
        long offsetElements,
        int elements,
        Optional<Node> node) {
    /** Words of the largest piece in which values arrive. */
    public static final int PIECE_ELEMENTS = Limits.CHUNK_BYTES / Float.BYTES;

    public RangeHeader {
        requireNonNull(kind, "kind");
        Require.atLeast("step", step, 1);
        Require.atLeast("version", version, 0);
        Require.atLeast("unit", unit, 0);
        Require.atLeast("offsetElements", offsetElements, 0);
        Require.atLeast("elements", elements, 0);
        requireNonNull(node, "node");
        if (node.isPresent() != (kind.track() == Kind.Track.NODES)) {
            throw new IllegalArgumentException(kind + " with node " + node);
        }
        if (kind.dense()
                && (offsetElements % Limits.NATIVE_RANGE_ELEMENTS != 0
                        || elements % Limits.NATIVE_RANGE_ELEMENTS != 0)) {
            throw new IllegalArgumentException(
                    kind
                            + " of "
                            + elements
                            + " elements at "
                            + offsetElements
                            + ", expected multiples of "
                            + Limits.NATIVE_RANGE_ELEMENTS);
        }
        if (!kind.dense() && elements > PIECE_ELEMENTS) {
            throw new IllegalArgumentException(
                    kind + " of " + elements + " words, expected at most " + PIECE_ELEMENTS);
        }
        if (kind == Kind.EMBEDDING_END && elements != 0) {
            throw new IllegalArgumentException(kind + " with " + elements + " words, expected 0");
        }
    }

    /** A whole number of bytes: {@code elements} x 4. */
    public long sizeBytes() {
        return (long) elements * Float.BYTES;
    }

    /** The part of a range that begins {@code skip} elements into it. */
    RangeHeader piece(int skip, int length) {
        return new RangeHeader(kind, step, version, unit, offsetElements + skip, length, node);
    }

    @Override
    public String toString() {
        return kind
                + " of step "
                + step
                + " version "
                + version
                + " unit "
                + unit
                + " elements "
                + offsetElements
                + " to "
                + (offsetElements + elements)
                + node.map(of -> " node " + of.from() + " to " + of.to()).orElse("");
    }
}
