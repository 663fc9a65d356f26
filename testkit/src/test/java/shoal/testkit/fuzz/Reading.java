package shoal.testkit.fuzz;

import static java.util.Objects.requireNonNull;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import shoal.recipe.Limits;
import shoal.recipe.UserException;

/** What one reader does with one input: reads it or refuses it, within its share of the heap. */
final class Reading {
    private Reading() {}

    /** A reader, as a target calls it. */
    @FunctionalInterface
    interface Reader {
        void read() throws IOException;
    }

    /**
     * Reads, and throws what is our fault only.
     *
     * @throws AssertionError if the reader allocated more than its bound
     */
    static void of(byte[] input, Reader reader) {
        of(input, Limits.READING_HEAP_BYTES, reader);
    }

    /** As {@link #of(byte[], Reader)}, with another bound for what does not depend on the input. */
    static void of(byte[] input, long fixedBytes, Reader reader) {
        long bound = fixedBytes + (long) Limits.READING_HEAP_PER_BYTE * input.length;
        long allocated = allocated(reader);
        if (allocated > bound) {
            // The first reading also loads classes and fills tables that stay.
            allocated = allocated(reader);
        }
        if (allocated > bound) {
            throw new AssertionError(
                    String.format(
                            "%d bytes of input allocated %d bytes, at most %d are allowed",
                            input.length, allocated, bound));
        }
    }

    private static long allocated(Reader reader) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            reader.read();
        } catch (UserException refused) {
            requireNonNull(refused.getMessage(), "a refusal has words");
        } catch (IOException disk) {
            throw new UncheckedIOException(disk);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Several files in one input, cut where a zero byte stands; the missing ones are empty. */
    static List<byte[]> files(byte[] input, int count) {
        List<byte[]> files = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < input.length && files.size() < count - 1; i++) {
            if (input[i] == 0) {
                files.add(Arrays.copyOfRange(input, start, i));
                start = i + 1;
            }
        }
        files.add(Arrays.copyOfRange(input, start, input.length));
        while (files.size() < count) {
            files.add(new byte[0]);
        }
        return files;
    }

    /** Writes a file of the input. */
    static Path write(Path folder, String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException disk) {
            throw new UncheckedIOException(disk);
        }
    }
}
