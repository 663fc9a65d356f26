package shoal.testkit.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Writes the sample into a folder; the same bytes every time, on every machine. */
public final class Generate {
    static final int TRAIN_ROWS = 2_000;
    static final int DEV_ROWS = 400;
    private static final long SEED = 20_261_124;

    private Generate() {}

    /** Usage: {@code Generate FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException(
                    "expected one argument, the folder to write into; got " + arguments.length);
        }
        into(Path.of(arguments[0]));
    }

    /** Writes {@code train.tsv}, {@code dev.tsv} and {@code model/} under {@code folder}. */
    public static void into(Path folder) throws IOException {
        List<String> rows = rows();
        Files.createDirectories(folder.resolve("model"));
        write(folder.resolve("train.tsv"), rows.subList(0, TRAIN_ROWS));
        write(folder.resolve("dev.tsv"), rows.subList(TRAIN_ROWS, TRAIN_ROWS + DEV_ROWS));
        SampleModel model = new SampleModel(Vocabulary.covering(rows));
        model.writeInto(folder.resolve("model"));
    }

    /** Distinct rows, as many of each label; so no row of dev is in train. */
    private static List<String> rows() {
        Random random = new Random(SEED);
        ReviewWriter writer = new ReviewWriter(random);
        Set<String> rows = new LinkedHashSet<>();
        while (rows.size() < TRAIN_ROWS + DEV_ROWS) {
            boolean content = rows.size() % 2 == 0;
            rows.add((content ? "1" : "0") + "\t" + writer.write(content));
        }
        return shuffled(rows, random);
    }

    private static List<String> shuffled(Set<String> rows, Random random) {
        List<String> list = new ArrayList<>(rows);
        for (int last = list.size() - 1; last > 0; last--) {
            int other = random.nextInt(last + 1);
            String row = list.get(last);
            list.set(last, list.get(other));
            list.set(other, row);
        }
        return list;
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Files.write(file, (String.join("\n", lines) + "\n").getBytes(UTF_8));
    }
}
