package shoal.cli.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * This machine's kind of processor, as Linux tells it in {@code /proc/cpuinfo} (proc(5)).
 *
 * @param model its name
 * @param flags what it can do, in the kernel's words
 */
record Processor(String model, List<String> flags) {
    /** What decides the speed of products, and the kernel's words for it. */
    private enum Ability {
        AVX2("AVX2", "avx2"),
        AVX512("AVX-512", "avx512f"),
        BF16("BF16", "avx512_bf16"),
        AMX("AMX", "amx_bf16");

        private final String word;
        private final String flag;

        Ability(String word, String flag) {
            this.word = word;
            this.flag = flag;
        }
    }

    Processor {
        requireNonNull(model, "model");
        flags = List.copyOf(flags);
    }

    static Processor ofThisMachine() {
        try {
            return of(Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1));
        } catch (IOException untold) {
            return new Processor("unknown", List.of());
        }
    }

    static Processor of(String text) {
        return new Processor(
                value(text, "model name").orElse("unknown"),
                value(text, "flags")
                        .map(all -> Arrays.asList(all.split(" ", -1)))
                        .orElse(List.of()));
    }

    /** Whether it has what the kernel is made for: without, products take several times as long. */
    boolean isFast() {
        return flags.contains(Ability.AVX2.flag);
    }

    /** What it can do and what not, in one line. */
    String abilities() {
        List<String> has = new ArrayList<>();
        List<String> lacks = new ArrayList<>();
        for (Ability each : Ability.values()) {
            (flags.contains(each.flag) ? has : lacks).add(each.word);
        }
        return (has.isEmpty() ? "none of its kind's extensions" : "has " + String.join(", ", has))
                + (lacks.isEmpty() ? "" : "; lacks " + String.join(", ", lacks));
    }

    /** Of the first core: all are alike, but where Linux says so. */
    private static Optional<String> value(String text, String name) {
        return text.lines()
                .filter(line -> line.matches(name + "\\s*:.*"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }
}
