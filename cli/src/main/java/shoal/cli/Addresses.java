package shoal.cli;

import shoal.recipe.UserException;
import shoal.wire.HostPort;

/** Addresses as typed behind a flag. */
final class Addresses {
    private Addresses() {}

    /** Reads HOST:PORT; a problem names the flag. */
    static HostPort parse(String flag, String typed) {
        try {
            return HostPort.parse(typed);
        } catch (IllegalArgumentException e) {
            throw new UserException(flag, String.valueOf(e.getMessage()));
        }
    }
}
