package shoal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.recipe.Limits;

final class TensorFrameTest {
    private static final FrameHeader HEADER =
            new FrameHeader(
                    16,
                    FrameHeader.BEHIND,
                    0x0102030405060708L,
                    9,
                    10,
                    11,
                    12,
                    2,
                    1L << 40,
                    13,
                    14,
                    15);

    private final TensorFrameMarshaller marshaller = new TensorFrameMarshaller();

    @Test
    void a_header_has_these_bytes() throws Exception {
        byte[] bytes = bytes(TensorFrame.toSend(HEADER, values(1f, -2f)));

        assertThat(HexFormat.of().formatHex(bytes, 0, 4)).isEqualTo("02100000");
        assertThat(HexFormat.of().formatHex(bytes, 8, 64))
                .isEqualTo(
                        "0807060504030201"
                                + "0900000000000000"
                                + "0a0000000b0000000c00000002000000"
                                + "0000000000010000"
                                + "0d0000000e000000"
                                + "0f00000000000000");
        assertThat(HexFormat.of().formatHex(bytes, 64, 72)).isEqualTo("0000803f000000c0");
    }

    @Test
    void a_frame_comes_back_as_it_was() throws Exception {
        byte[] bytes = bytes(TensorFrame.toSend(HEADER, values(1f, -2f)));

        TensorFrame back = marshaller.parse(new ByteArrayInputStream(bytes));

        assertThat(back.header()).isEqualTo(HEADER);
        ByteBuffer target = ByteBuffer.allocateDirect(Limits.CHUNK_BYTES);
        assertThat(back.valueBytes()).isEqualTo(8);
        back.copyValues(target);
        assertThat(target).isEqualTo(values(1f, -2f));
        assertThat(back.sound(target)).isTrue();
    }

    @Test
    void the_checksum_covers_header_and_values() throws Exception {
        byte[] sent = bytes(TensorFrame.toSend(HEADER, values(1f, -2f)));
        for (int damaged = 0; damaged < sent.length; damaged++) {
            byte[] bytes = sent.clone();
            bytes[damaged] ^= 16;
            TensorFrame back = marshaller.parse(new ByteArrayInputStream(bytes));
            ByteBuffer target = ByteBuffer.allocateDirect(8);
            back.copyValues(target);

            assertThat(back.sound(target)).as("byte %d damaged", damaged).isFalse();
            assertThat(marshaller.parse(new ByteArrayInputStream(bytes)).isSound(target))
                    .as("byte %d damaged", damaged)
                    .isFalse();
        }
    }

    @Test
    void its_length_is_known_and_values_stay_where_they_are() throws Exception {
        ByteBuffer values = values(1f, -2f, 3f);
        values.position(4);

        InputStream stream = marshaller.stream(TensorFrame.toSend(HEADER, values));

        assertThat(stream).isInstanceOf(KnownLength.class).isInstanceOf(Drainable.class);
        assertThat(stream.available()).isEqualTo(72);
        assertThat(values.position()).isEqualTo(4);
    }

    @Test
    void bytes_that_are_no_frame_say_so() {
        TensorFrame stub = marshaller.parse(new ByteArrayInputStream(new byte[63]));
        TensorFrame other = marshaller.parse(new ByteArrayInputStream(new byte[64]));

        assertThatThrownBy(stub::header).hasMessage("it sent 63 bytes, less than a header");
        assertThatThrownBy(other::header).hasMessage("it sent a frame of format 0, expected 2");
    }

    @Test
    void values_that_end_early_are_an_error() {
        TensorFrame cut =
                TensorFrame.arrived(new byte[64], 8, new ByteArrayInputStream(new byte[5]));

        assertThatThrownBy(() -> cut.copyValues(ByteBuffer.allocate(8)))
                .isInstanceOf(IOException.class)
                .hasMessage("3 bytes of a frame are missing");
    }

    @Test
    void a_hello_comes_back_from_its_metadata_and_hides_its_secret() {
        PeerHello hello =
                new PeerHello(
                        new Token("shoal_" + "12".repeat(32)),
                        "a-run",
                        3,
                        2,
                        0,
                        1,
                        4,
                        1L << 40,
                        Optional.of(new MemoryOffer("shoal-" + "0a".repeat(16), "0b".repeat(32))));

        assertThat(PeerHello.read(hello.toMetadata())).contains(hello);
        assertThat(hello.toString()).doesNotContain("1212");
        assertThat(hello.knows(new Token("shoal_" + "12".repeat(32)))).isTrue();
        assertThat(hello.knows(new Token("shoal_" + "13".repeat(32)))).isFalse();
    }

    @Test
    void a_hello_without_or_with_odd_parts_is_none() {
        Metadata odd = new Metadata();
        odd.put(Channels.AUTHORIZATION, "Bearer shoal_" + "12".repeat(32));
        odd.put(PeerHello.key("shoal-run"), "a-run");
        odd.put(PeerHello.key("shoal-place"), "1 0 1 2");

        assertThat(PeerHello.read(odd)).isEmpty();
        assertThat(PeerHello.read(new Metadata())).isEmpty();
    }

    @Test
    void an_offer_cannot_leave_the_shared_memory() {
        Metadata odd = new Metadata();
        odd.put(PeerHello.key("shoal-memory"), "../etc " + "0b".repeat(32));

        assertThat(MemoryOffer.read(odd)).isEmpty();
    }

    @Test
    void ids_of_communicators_survive_the_way_and_odd_ones_are_none() {
        byte[] id = new byte[NcclOffer.ID_BYTES];
        byte[] other = id.clone();
        other[127] = -1;
        Metadata headers = new Metadata();
        Metadata twice = new Metadata();
        Metadata odd = new Metadata();
        new NcclOffer(id, other).write(headers);
        twice.put(PeerHello.key("shoal-nccl"), "00".repeat(128) + " " + "00".repeat(128));
        odd.put(PeerHello.key("shoal-nccl"), "00".repeat(128) + " " + "ff".repeat(127));

        NcclOffer read = NcclOffer.read(headers).orElseThrow();

        assertThat(read.toCaller()).isEqualTo(id);
        assertThat(read.toCalled()).isEqualTo(other);
        assertThat(NcclOffer.read(new Metadata())).isEmpty();
        assertThat(NcclOffer.read(twice)).isEmpty();
        assertThat(NcclOffer.read(odd)).isEmpty();
    }

    private byte[] bytes(TensorFrame frame) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (InputStream stream = marshaller.stream(frame)) {
            assertThat(((Drainable) stream).drainTo(bytes)).isEqualTo(bytes.size());
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer values(float... floats) {
        ByteBuffer values =
                ByteBuffer.allocateDirect(floats.length * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        values.asFloatBuffer().put(floats);
        return values;
    }
}
