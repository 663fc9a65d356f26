package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.driver.Crash;
import shoal.recipe.MachineException;

/**
 * Ends the process when nothing can be decided any more, and leaves word of why in the data folder
 * for whoever looks at the next one.
 */
final class LastEnd implements Crash {
    private static final Logger LOG = LoggerFactory.getLogger(LastEnd.class);

    /** Characters of the sentence that is left: it may repeat what a disk or a driver said. */
    private static final int LENGTH = 2_000;

    private final Path file;
    private final Clock clock;
    private final Consumer<Throwable> halt;
    private final Optional<String> earlier;

    private LastEnd(Path file, Clock clock, Consumer<Throwable> halt, Optional<String> earlier) {
        this.file = requireNonNull(file, "file");
        this.clock = requireNonNull(clock, "clock");
        this.halt = requireNonNull(halt, "halt");
        this.earlier = requireNonNull(earlier, "earlier");
    }

    /**
     * Reads what the coordinator before this one left in this file, if it did.
     *
     * @param halt ends the process
     */
    static LastEnd after(Path file, Clock clock, Consumer<Throwable> halt) {
        try {
            byte[] left = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
            String words = shortened(new String(left, StandardCharsets.UTF_8).strip());
            return new LastEnd(
                    file, clock, halt, words.isEmpty() ? Optional.empty() : Optional.of(words));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<String> earlier() {
        return earlier;
    }

    /** Loud and at once: no shutdown hook may decide anything on a state that is wrong. */
    @Override
    public void end(Throwable cause) {
        String words =
                MachineException.behind(cause)
                        .map(refused -> String.valueOf(refused.getMessage()))
                        .orElseGet(() -> "a bug in what all runs share: " + cause);
        System.err.println("shoal coordinator: cannot go on and ends now: " + words);
        System.err.println("What was decided is stored; start it again on the same folder.");
        leave(words);
        halt.accept(cause);
    }

    /** This coordinator ended as it was told to: the next one has nothing to tell. */
    void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("what an earlier coordinator left stays: {}", e.toString());
        }
    }

    private void leave(String words) {
        String when = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            Files.writeString(file, shortened(when + ", " + words) + "\n");
        } catch (IOException e) {
            System.err.println("shoal coordinator: " + file + " cannot be written: " + e);
        }
    }

    private static String shortened(String text) {
        return text.length() > LENGTH ? text.substring(0, LENGTH) + "..." : text;
    }
}
