package shoal.cli.render;

import java.util.Locale;

/** Sizes as people write them. */
public final class Sizes {
    private static final long MEBIBYTE = 1L << 20;

    private Sizes() {}

    /** {@code 612 MiB}, {@code 1.4 GiB}, {@code 3 KiB}. */
    public static String bytes(long bytes) {
        if (bytes >= 1024 * MEBIBYTE) {
            return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / (1024 * MEBIBYTE));
        }
        if (bytes >= MEBIBYTE) {
            return bytes / MEBIBYTE + " MiB";
        }
        return bytes >= 1024 ? bytes / 1024 + " KiB" : bytes + " bytes";
    }

    /** {@code 102.1 M}, {@code 3.4 M}, {@code 812.0 K}. */
    public static String count(long count) {
        if (count >= 1_000_000_000) {
            return String.format(Locale.ROOT, "%.1f G", count / 1e9);
        }
        if (count >= 1_000_000) {
            return String.format(Locale.ROOT, "%.1f M", count / 1e6);
        }
        return count >= 10_000
                ? String.format(Locale.ROOT, "%.1f K", count / 1e3)
                : Long.toString(count);
    }
}
