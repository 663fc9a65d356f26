package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;
import shoal.recipe.Sha256;

/** The hash of a file's bytes, per byte, from a buffer like the one that files are read into. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Sha256Bench {
    private static final int SIZE_BYTES = 1 << 20;

    private final MessageDigest digest = Sha256.digest();
    private final ByteBuffer bytes = bytes();

    @Benchmark
    @OperationsPerInvocation(SIZE_BYTES)
    public byte[] sha256() {
        digest.update(bytes.rewind());
        return digest.digest();
    }

    private static ByteBuffer bytes() {
        byte[] random = new byte[SIZE_BYTES];
        new Random(1).nextBytes(random);
        return ByteBuffer.allocateDirect(SIZE_BYTES).put(random);
    }
}
