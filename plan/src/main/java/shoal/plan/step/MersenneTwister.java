package shoal.plan.step;

/**
 * The generator MT19937 (Matsumoto and Nishimura 1998), 32-bit draws, seeded as torch's CPU
 * generator is: the low 32 bits of the seed through Knuth's recurrence (torch 2.7.1,
 * ATen/core/MT19937RNGEngine.h).
 *
 * <p>Not for concurrent use.
 */
final class MersenneTwister {
    private static final int SIZE = 624;
    private static final int SHIFT = 397;
    private static final int UPPER_MASK = 0x80000000;
    private static final int LOWER_MASK = 0x7fffffff;
    private static final int MATRIX = 0x9908b0df;

    private final int[] state = new int[SIZE];
    private int next = SIZE;

    MersenneTwister(long seed) {
        state[0] = (int) seed;
        for (int j = 1; j < SIZE; j++) {
            int previous = state[j - 1];
            state[j] = 1812433253 * (previous ^ (previous >>> 30)) + j;
        }
    }

    /** The next draw, uniform in [0, 2^32). */
    long next() {
        if (next == SIZE) {
            refill();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        y ^= y >>> 18;
        return Integer.toUnsignedLong(y);
    }

    private void refill() {
        for (int j = 0; j < SIZE; j++) {
            int mixed = (state[j] & UPPER_MASK) | (state[(j + 1) % SIZE] & LOWER_MASK);
            int twisted = (mixed >>> 1) ^ ((mixed & 1) == 0 ? 0 : MATRIX);
            state[j] = state[(j + SHIFT) % SIZE] ^ twisted;
        }
        next = 0;
    }
}
