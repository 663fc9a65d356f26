package shoal.model.tensor;

import java.nio.ByteBuffer;

/** Elements of 16 bits as fp32: exact, since every one of them is an fp32 value. */
public final class Widening {
    private Widening() {}

    /** Appends all elements of {@code from} to {@code to}; both little-endian. */
    public static void append(ElementType type, ByteBuffer from, ByteBuffer to) {
        while (from.hasRemaining()) {
            to.putFloat(widened(type, from.getShort()));
        }
    }

    static float widened(ElementType type, short bits) {
        return type == ElementType.BF16 ? bfloat16(bits) : float16(bits);
    }

    static float bfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits). */
    static float float16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1F ? 0xFF : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
