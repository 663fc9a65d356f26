package shoal.model.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TextRow;

/**
 * The bundled rows to token ids, per row: 34 Chinese characters on average, of {@code
 * data/train.tsv}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenizerBench {
    private static final int ROWS = 2_000;
    private static final int MOST_TOKENS = 192;

    private final Tokenizer tokenizer = Tokenizer.open(data("model"), MOST_TOKENS);
    private final List<String> texts = texts();

    /** Row by row, as when single texts are classified. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public void encode(Blackhole ids) {
        for (String text : texts) {
            ids.consume(tokenizer.encode(text));
        }
    }

    /** All rows in one call, on all cores, as when a run begins. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public List<int[]> encodeAll() {
        return tokenizer.encodeAll(texts);
    }

    @TearDown
    public void close() {
        tokenizer.close();
    }

    private static List<String> texts() {
        DataSet rows = DataSet.read(data("train.tsv"), "data/train.tsv");
        if (rows.rows().size() != ROWS) {
            throw new IllegalStateException(
                    "data/train.tsv has %d rows, but ROWS is %d"
                            .formatted(rows.rows().size(), ROWS));
        }
        return rows.rows().stream().map(TextRow::text).toList();
    }

    private static Path data(String name) {
        return Path.of(System.getProperty("shoal.root", "..")).resolve("data").resolve(name);
    }
}
