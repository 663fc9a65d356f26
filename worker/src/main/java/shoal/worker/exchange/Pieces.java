package shoal.worker.exchange;

import java.util.ArrayList;
import java.util.List;

/** How a range is cut for the way; a range without values is one piece. */
final class Pieces {
    private Pieces() {}

    static List<RangeHeader> of(RangeHeader range) {
        if (range.elements() <= RangeHeader.PIECE_ELEMENTS) {
            return List.of(range);
        }
        List<RangeHeader> pieces = new ArrayList<>();
        for (int at = 0; at < range.elements(); ) {
            int length = Math.min(RangeHeader.PIECE_ELEMENTS, range.elements() - at);
            pieces.add(range.piece(at, length));
            at += length;
        }
        return pieces;
    }

    /** Where a piece's values begin among its range's. */
    static int offsetBytes(RangeHeader range, RangeHeader piece) {
        return Math.toIntExact((piece.offsetElements() - range.offsetElements()) * Float.BYTES);
    }
}
