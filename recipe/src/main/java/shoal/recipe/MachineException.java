package shoal.recipe;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Optional;

/**
 * What the machine refuses: a full disk, a damaged file, a missing permission. Neither the user's
 * input nor a bug of ours; the message says where, what, and what to do.
 */
public class MachineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Refusals of a system that are known, by what it says (strerror of glibc), and remedies. */
    private enum Refusal {
        SPACE("No space left on device", "Free some room on that disk, or name another folder"),
        QUOTA("Disk quota exceeded", "Free some room of this user's, or name another folder"),
        READ_ONLY("Read-only file system", "Make it writable, or name another folder"),
        DENIED("Permission denied", "Let this user read and write it, or name another folder"),
        NOT_PERMITTED(
                "Operation not permitted",
                "Let this user read and write it, or name another folder"),
        DISK("Input/output error", "Look at that disk, and at the system's log of it"),
        FILES("Too many open files", "Allow more of them (ulimit -n), or end what holds them"),
        STALE("Stale file handle", "Mount that file system again");

        private final String words;
        private final String remedy;

        Refusal(String words, String remedy) {
            this.words = words;
            this.remedy = remedy;
        }

        static Optional<Refusal> in(IOException thrown) {
            if (thrown instanceof AccessDeniedException) {
                return Optional.of(DENIED);
            }
            String said = String.valueOf(thrown.getMessage());
            for (Refusal each : values()) {
                if (said.contains(each.words)) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Something else than the system's refusal of a file, such as a file that is damaged.
     *
     * @param where what the user can open or type
     * @param what is there, and what to do, in sentences
     */
    public MachineException(String where, String what) {
        super(requireNonNull(where, "where") + ": " + requireNonNull(what, "what"));
    }

    /** As {@link #MachineException(String, String)}, with what the machine said. */
    public MachineException(String where, String what, Throwable cause) {
        super(requireNonNull(where, "where") + ": " + requireNonNull(what, "what"), cause);
    }

    /**
     * A file or folder that the system refuses.
     *
     * @param where what the user can open or type
     * @param what cannot be done, without a full stop: "cannot be written"
     */
    public static MachineException of(String where, String what, IOException cause) {
        String remedy =
                Refusal.in(cause)
                        .map(refusal -> refusal.remedy)
                        .orElse("Look at that disk and its permissions, or name another folder");
        return new MachineException(where, what + ": " + words(cause) + ". " + remedy, cause);
    }

    /**
     * What the system refused, if that is why something was thrown that nobody expected. Only
     * refusals that no program causes by itself: a file that is missing may well be our bug.
     */
    public static Optional<MachineException> behind(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof MachineException found) {
                return Optional.of(found);
            }
            if (cause instanceof IOException refused && Refusal.in(refused).isPresent()) {
                return Optional.of(of(place(refused), "cannot be read or written", refused));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static String place(IOException refused) {
        boolean named = refused instanceof FileSystemException file && file.getFile() != null;
        return named ? ((FileSystemException) refused).getFile() : "a file";
    }

    /** What the system says; with the file where that is known. */
    private static String words(IOException cause) {
        Optional<Refusal> known = Refusal.in(cause);
        if (known.isEmpty()) {
            return cause.toString();
        }
        boolean named = cause instanceof FileSystemException file && file.getFile() != null;
        return known.get().words
                + (named ? " (" + ((FileSystemException) cause).getFile() + ")" : "");
    }
}
