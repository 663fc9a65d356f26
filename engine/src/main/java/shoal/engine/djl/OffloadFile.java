package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import shoal.engine.ElementRange;
import shoal.model.StateKind;
import shoal.recipe.UserException;

/**
 * A nameless file with state of what is updated here: unit by unit one kind after the other, as
 * little-endian fp32.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Its name is removed as soon as it is open, so that nothing is left of it however the
 *       process ends.
 *   <li>Its room is taken when it is made: a disk that is too small is found before the first step,
 *       and is a {@link UserException}.
 *   <li>Trouble with the disk later on is the machine's, not the run's: an {@link
 *       UncheckedIOException} with folder, bytes and remedy. A disk that others fill is none, but
 *       where files are copied when they are written (btrfs, thin volumes).
 * </ul>
 *
 * <p>From any thread.
 */
final class OffloadFile implements AutoCloseable {
    private static final String REMEDY =
            "Free as much, name another folder, or keep them in memory with device \"cpu\"";
    private static final int CHUNK_BYTES = 1 << 20;

    /** What is in a file. */
    enum Contents {
        MOMENTS("offload_optimizer"),
        PARAMETERS("offload_param");

        private final String section;

        Contents(String section) {
            this.section = section;
        }

        /** In their order within a unit. */
        List<StateKind> kinds() {
            return this == MOMENTS
                    ? List.of(StateKind.EXP_AVG, StateKind.EXP_AVG_SQ)
                    : List.of(StateKind.PARAMETER);
        }

        private String setting() {
            return "zero_optimization." + section + ".nvme_path";
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Contents contents;
    private final Path folder;
    private final FileChannel channel;
    private final List<ElementRange> ranges;

    /** Where each unit's state begins, and the end. */
    private final long[] startBytes;

    /** Over an open file, however long it is. */
    OffloadFile(Contents contents, Path folder, FileChannel channel, List<ElementRange> ranges) {
        this.contents = contents;
        this.folder = folder;
        this.channel = channel;
        this.ranges = ranges;
        this.startBytes = new long[ranges.size() + 1];
        for (int unit = 0; unit < ranges.size(); unit++) {
            long elements = Math.multiplyExact(contents.kinds().size(), ranges.get(unit).size());
            long sizeBytes = Math.multiplyExact(Float.BYTES, elements);
            startBytes[unit + 1] = Math.addExact(startBytes[unit], sizeBytes);
        }
    }

    /**
     * Makes one of zeros.
     *
     * @param folder which must exist
     * @param ranges what is kept of each unit
     * @throws UserException if that cannot be done there
     */
    static OffloadFile create(Contents contents, Path folder, List<ElementRange> ranges) {
        requireNonNull(folder, "folder");
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    contents.setting(),
                    "is "
                            + folder
                            + ", but there is no such folder on the worker's machine. Make it on"
                            + " every worker's machine, or name another one");
        }
        OffloadFile file = new OffloadFile(contents, folder, nameless(contents, folder), ranges);
        try {
            file.reserve();
            return file;
        } catch (UserException e) {
            file.close();
            throw e;
        }
    }

    private static FileChannel nameless(Contents contents, Path folder) {
        try {
            Path path = Files.createTempFile(folder, "shoal-" + contents.word() + "-", "");
            try {
                return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } finally {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UserException(
                    contents.setting(),
                    "is "
                            + folder
                            + ", where the worker cannot make a file: "
                            + e
                            + ". Let its user write there, or name another folder");
        }
    }

    private void reserve() {
        long needed = sizeBytes();
        try {
            if (Files.getFileStore(folder).getUsableSpace() < needed) {
                throw new UserException(
                        contents.setting(),
                        "is %s, whose disk is full: %s take %d bytes on this worker. %s"
                                .formatted(folder, contents.word(), needed, REMEDY));
            }
            ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
            for (long at = 0; at < needed; at += CHUNK_BYTES) {
                zeros.clear().limit((int) Math.min(CHUNK_BYTES, needed - at));
                writeAll(zeros, at);
            }
        } catch (IOException e) {
            throw new UserException(
                    contents.setting(),
                    "is %s, where the worker cannot write its %d bytes of %s: %s. %s"
                            .formatted(folder, needed, contents.word(), e.getMessage(), REMEDY));
        }
    }

    Contents contents() {
        return contents;
    }

    private long sizeBytes() {
        return startBytes[ranges.size()];
    }

    /** Elements of the longest range of a unit; at least one. */
    long longestRange() {
        return ranges.stream().mapToLong(ElementRange::size).max().orElse(0) + 1;
    }

    /** Takes those values that are kept here; all of {@code values} is used up. */
    void write(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        long end = offsetElements + values.remaining() / Float.BYTES;
        long from = Math.max(ranges.get(unit).from(), offsetElements);
        long to = Math.min(ranges.get(unit).to(), end);
        if (from < to) {
            int skippedBytes = Math.toIntExact((from - offsetElements) * Float.BYTES);
            int sizeBytes = Math.toIntExact((to - from) * Float.BYTES);
            try {
                writeAll(
                        values.slice(values.position() + skippedBytes, sizeBytes),
                        positionBytes(kind, unit, from));
            } catch (IOException e) {
                throw trouble("written", e);
            }
        }
        values.position(values.limit());
    }

    /** Fills the rest of {@code values}; what is asked for must be kept here. */
    void read(StateKind kind, int unit, long offsetElements, ByteBuffer values) {
        ElementRange range = ranges.get(unit);
        long end = offsetElements + values.remaining() / Float.BYTES;
        if (offsetElements < range.from() || end > range.to()) {
            throw new IllegalArgumentException(
                    "elements %d to %d are asked for, but %d to %d are kept here"
                            .formatted(offsetElements, end, range.from(), range.to()));
        }
        long atBytes = positionBytes(kind, unit, offsetElements);
        try {
            while (values.hasRemaining()) {
                int read = channel.read(values, atBytes);
                if (read < 0) {
                    throw new IOException("it ends at byte " + atBytes);
                }
                atBytes += read;
            }
        } catch (IOException e) {
            throw trouble("read", e);
        }
    }

    private void writeAll(ByteBuffer values, long positionBytes) throws IOException {
        long atBytes = positionBytes;
        while (values.hasRemaining()) {
            atBytes += channel.write(values, atBytes);
        }
    }

    private long positionBytes(StateKind kind, int unit, long offsetElements) {
        ElementRange range = ranges.get(unit);
        int place = contents.kinds().indexOf(kind);
        if (place < 0) {
            throw new IllegalArgumentException(kind + " is not in a file of " + contents.word());
        }
        long index = place * range.size() + offsetElements - range.from();
        return startBytes[unit] + index * Float.BYTES;
    }

    private UncheckedIOException trouble(String verb, IOException e) {
        return new UncheckedIOException(
                "%s of %d bytes in a file in %s (%s) cannot be %s: %s. %s; then go on from the newest checkpoint"
                        .formatted(
                                contents.word(),
                                sizeBytes(),
                                folder,
                                contents.setting(),
                                verb,
                                e.getMessage(),
                                REMEDY),
                e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw trouble("closed", e);
        }
    }
}
