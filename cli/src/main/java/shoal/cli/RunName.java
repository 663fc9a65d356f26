package shoal.cli;

import java.util.regex.Pattern;
import shoal.recipe.UserException;

/** Names of runs, as typed: {@code NAME}, or {@code run/NAME} as {@code submit -o name} prints. */
final class RunName {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final String PREFIX = "run/";

    private RunName() {}

    /**
     * The name that was typed.
     *
     * @param where it was typed, for the message
     * @throws UserException if it is none
     */
    static String of(String typed, String where) {
        String name = typed.startsWith(PREFIX) ? typed.substring(PREFIX.length()) : typed;
        if (!FORM.matcher(name).matches()) {
            throw new UserException(
                    where,
                    "'"
                            + typed
                            + "' is no name of a run: 1 to 63 of a-z, 0-9, '.', '_' and '-', the"
                            + " first a letter or a digit");
        }
        return name;
    }
}
