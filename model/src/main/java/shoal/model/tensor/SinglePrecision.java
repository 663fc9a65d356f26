package shoal.model.tensor;

import java.nio.ByteBuffer;

/**
 * Elements of any readable type as fp32: those of 16 bits exactly, since every one of them is an
 * fp32 value; those of 64 bits rounded to the nearest, as torch does.
 */
final class SinglePrecision {
    private SinglePrecision() {}

    /** Appends all elements of {@code from} to {@code to}; both little-endian. */
    static void append(ElementType type, ByteBuffer from, ByteBuffer to) {
        for (int at = from.position(); at < from.limit(); at += type.sizeBytes()) {
            to.putFloat(of(type, from, at));
        }
    }

    /** The element at a byte of a little-endian buffer. */
    static float of(ElementType type, ByteBuffer from, int at) {
        return switch (type) {
            case F32 -> from.getFloat(at);
            case F64 -> (float) from.getDouble(at);
            case BF16 -> bfloat16(from.getShort(at));
            case F16 -> float16(from.getShort(at));
            default -> throw new IllegalArgumentException(type + " is not readable");
        };
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
