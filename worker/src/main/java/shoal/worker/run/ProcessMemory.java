package shoal.worker.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this process has used. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private ProcessMemory() {}

    /** The most memory that was ever resident (Linux proc(5), VmHWM); 0 where that is unknown. */
    static long peakResidentBytes() {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            return peakResidentBytes(Files.readAllLines(STATUS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long peakResidentBytes(List<String> status) {
        for (String line : status) {
            if (line.startsWith(PEAK)) {
                String kibibytes = line.substring(PEAK.length()).replace("kB", "").strip();
                return Math.multiplyExact(Long.parseLong(kibibytes), 1_024L);
            }
        }
        return 0;
    }
}
