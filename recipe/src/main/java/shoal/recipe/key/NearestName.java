package shoal.recipe.key;

import java.util.Collection;
import java.util.Optional;

/** Finds the known name that a misspelt one was probably meant to be. */
public final class NearestName {
    /** One edit in so many characters still looks like a slip of the finger. */
    private static final int CHARACTERS_PER_EDIT = 3;

    private NearestName() {}

    /** The nearest of the names, the first one of equals; none if all are far away. */
    public static Optional<String> of(String typed, Collection<String> names) {
        int most = Math.min(4, typed.length() / CHARACTERS_PER_EDIT);
        Optional<String> nearest = Optional.empty();
        for (String name : names) {
            int edits = edits(typed, name);
            if (edits <= most) {
                nearest = Optional.of(name);
                most = edits - 1;
            }
        }
        return nearest;
    }

    /**
     * Insertions, deletions, replacements and swaps of neighbours that turn one into the other
     * (optimal string alignment). Costs the product of the lengths, so long names are cut off.
     */
    static int edits(String from, String to) {
        if (Math.abs(from.length() - to.length()) > 4) {
            return Integer.MAX_VALUE;
        }
        int[][] edits = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                edits[i][j] = edits(edits, from, to, i, j);
            }
        }
        return edits[from.length()][to.length()];
    }

    private static int edits(int[][] edits, String from, String to, int i, int j) {
        if (i == 0 || j == 0) {
            return i + j;
        }
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int best = edits[i - 1][j - 1] + (same ? 0 : 1);
        best = Math.min(best, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        boolean swapped =
                i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
    }
}
