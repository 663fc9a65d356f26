package shoal.engine.djl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import shoal.recipe.PrecisionRecipe.Arithmetic;

/**
 * Writes the TorchScript archive that libtorch loads: a zip of stored entries.
 *
 * <pre>
 * kernel/data.pkl            pickle of an object of class __torch__.Kernel without attributes
 * kernel/code/__torch__.py   kernel.py and the page of an arithmetic, as they are
 * kernel/constants.pkl       pickle of the empty tuple
 * kernel/version             "10\n": the operator set of libtorch 2.7
 * kernel/byteorder           "little"
 * </pre>
 *
 * <p>Format: torch/csrc/jit/serialization/export_module.cpp, libtorch 2.7.1.
 */
final class KernelArchive {
    private static final String SOURCE = "kernel.py";

    /** Protocol 2; class; empty tuple; new object; {"training": True}; set state; stop. */
    private static final String MODULE_PICKLE =
            "\u0080\u0002c__torch__\nKernel\nq\0)\u0081}(X\u0008\0\0\0trainingq\1\u0088ubq\3.";

    private static final String EMPTY_TUPLE_PICKLE = "\u0080\u0002).";

    private KernelArchive() {}

    /** The bytes of the archive for an arithmetic. */
    static byte[] bytes(Arithmetic arithmetic) {
        ByteArrayOutputStream source = new ByteArrayOutputStream();
        source.writeBytes(page(SOURCE));
        source.writeBytes(page(arithmeticPage(arithmetic)));
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                zip.setMethod(ZipOutputStream.STORED);
                entry(zip, "data.pkl", latin(MODULE_PICKLE));
                entry(zip, "code/__torch__.py", source.toByteArray());
                entry(zip, "constants.pkl", latin(EMPTY_TUPLE_PICKLE));
                entry(zip, "version", latin("10\n"));
                entry(zip, "byteorder", latin("little"));
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("an archive in memory cannot be written", e);
        }
    }

    /** On a CPU nothing is as fast as fp32 is, and TF32 gains nothing. */
    private static String arithmeticPage(Arithmetic arithmetic) {
        return switch (arithmetic) {
            case FP32, TF32 -> "fp32.py";
            case BF16 -> "bf16.py";
            case FP16 -> "fp16.py";
            case PURE_BF16 -> "pure_bf16.py";
            case PURE_FP16 -> "pure_fp16.py";
        };
    }

    private static byte[] page(String name) {
        try (InputStream source = KernelArchive.class.getResourceAsStream(name)) {
            if (source == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return source.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + name + " cannot be read", e);
        }
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry("kernel/" + name);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
