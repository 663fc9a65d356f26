package shoal.testkit.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleTest {
    private static final Path SHIPPED = Path.of(System.getProperty("shoal.root"), "data");
    private static final long MODEL_BOUND_BYTES = 5_000_000;

    @Test
    void the_generator_makes_the_shipped_files_byte_for_byte(@TempDir Path folder)
            throws IOException {
        Generate.into(folder);

        List<Path> made = filesUnder(folder);
        assertThat(made).hasSize(6).isEqualTo(filesUnder(SHIPPED));
        for (Path file : made) {
            assertThat(Files.mismatch(folder.resolve(file), SHIPPED.resolve(file)))
                    .as("first byte of %s that differs", file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void no_row_of_dev_is_in_train_and_labels_are_balanced() throws IOException {
        List<String> train = Files.readAllLines(SHIPPED.resolve("train.tsv"));
        List<String> dev = Files.readAllLines(SHIPPED.resolve("dev.tsv"));

        Set<String> shared = new HashSet<>(train);
        shared.retainAll(dev);

        assertThat(shared).isEmpty();
        assertThat(train).hasSize(Generate.TRAIN_ROWS).doesNotHaveDuplicates();
        assertThat(dev).hasSize(Generate.DEV_ROWS).doesNotHaveDuplicates();
        assertThat(train.stream().filter(row -> row.startsWith("1\t")).count())
                .isBetween(900L, 1_100L);
        assertThat(train).allMatch(row -> row.matches("[01]\t[^\t]+"));
    }

    @Test
    void every_character_of_the_rows_is_in_the_vocabulary() throws IOException {
        Set<String> vocabulary =
                new HashSet<>(Files.readAllLines(SHIPPED.resolve("model/vocab.txt")));
        Set<String> missing = new HashSet<>();

        Files.readString(SHIPPED.resolve("train.tsv"))
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(point -> !Character.isWhitespace(point))
                .mapToObj(Character::toString)
                .filter(character -> !vocabulary.contains(character))
                .forEach(missing::add);

        assertThat(missing).isEmpty();
    }

    @Test
    void the_model_folder_is_small() throws IOException {
        long sizeBytes = 0;
        for (Path file : filesUnder(SHIPPED.resolve("model"))) {
            sizeBytes += Files.size(SHIPPED.resolve("model").resolve(file));
        }

        assertThat(sizeBytes).isLessThan(MODEL_BOUND_BYTES);
    }

    private static List<Path> filesUnder(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .filter(file -> !file.toString().equals("README.md"))
                    .sorted()
                    .toList();
        }
    }
}
