package shoal.model.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A process of this machine, told from any other that has or will have its id: ids come back, in
 * containers at every start.
 *
 * <p>Ticks are field 22 of {@code /proc/ID/stat} (proc(5)). They do not move with the clock of the
 * machine, as {@link ProcessHandle.Info#startInstant} does, so that a living process is never taken
 * for a dead one.
 *
 * @param id of the process
 * @param startTicks ticks from the start of the machine to that of the process
 */
record OwnerProcess(long id, long startTicks) {
    /** Fields between the name of the program and the ticks. */
    private static final int FIELDS_BEFORE = 19;

    /** This process. */
    static OwnerProcess self() {
        long id = ProcessHandle.current().pid();
        return new OwnerProcess(
                id,
                startTicks(id)
                        .orElseThrow(() -> new IllegalStateException("no /proc/" + id + "/stat")));
    }

    /** Reads {@link #text}. */
    static OwnerProcess of(String text) {
        int dash = text.indexOf('-');
        return new OwnerProcess(
                Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    }

    String text() {
        return id + "-" + startTicks;
    }

    boolean isAlive() {
        OptionalLong now = startTicks(id);
        return now.isPresent() && now.getAsLong() == startTicks;
    }

    /** Empty if there is no such process. */
    private static OptionalLong startTicks(long id) {
        try {
            byte[] stat = Files.readAllBytes(Path.of("/proc/" + id + "/stat"));
            // The name is in parentheses and may hold blanks and parentheses itself.
            String text = new String(stat, StandardCharsets.ISO_8859_1);
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
            return OptionalLong.of(Long.parseLong(fields[FIELDS_BEFORE]));
        } catch (IOException gone) {
            return OptionalLong.empty();
        }
    }
}
