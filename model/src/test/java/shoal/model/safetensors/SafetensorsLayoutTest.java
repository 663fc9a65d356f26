package shoal.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.model.Golden;
import shoal.model.GptConfig;
import shoal.model.Parameter;
import shoal.model.ParameterTable;
import shoal.model.Shared;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.model.safetensors.SafetensorsLayout.Piece;

class SafetensorsLayoutTest {
    private static final ParameterTable SMALL =
            ParameterTable.of(new GptConfig(60, 16, 8, 2, 2, 32, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1));

    @Test
    void the_header_has_the_bytes_that_hf_writes() throws IOException {
        assertHeader(SafetensorsLayout.of(SMALL), Golden.path("classifier/model.safetensors"));
    }

    @Test
    void the_reference_models_header_has_the_bytes_that_hf_writes() throws IOException {
        Path file = Shared.golden("gpt2-tiny/model.safetensors");
        GptConfig config = new GptConfig(21_128, 1_024, 64, 2, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0);

        assertHeader(SafetensorsLayout.of(ParameterTable.of(config)), file);
    }

    private static void assertHeader(SafetensorsLayout layout, Path file) throws IOException {
        byte[] expected = Files.readAllBytes(file);
        byte[] header = layout.headerBytes();

        assertThat(new String(header, StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        new String(
                                Arrays.copyOf(expected, header.length),
                                StandardCharsets.ISO_8859_1));
        assertThat(layout.sizeBytes()).isEqualTo(expected.length);
    }

    @Test
    void pieces_cover_every_element_of_every_parameter_once_and_no_padding() {
        SafetensorsLayout layout = SafetensorsLayout.of(SMALL);
        boolean[] covered = new boolean[(int) layout.sizeBytes()];

        for (Unit unit : SMALL.units()) {
            for (long at = 0; at < unit.sizeElements(); at += 112) {
                long size = Math.min(112, unit.sizeElements() - at);
                for (Piece piece : layout.pieces(StateKind.PARAMETER, unit.index(), at, size)) {
                    cover(covered, piece);
                }
            }
        }

        int header = layout.headerBytes().length;
        for (int i = 0; i < covered.length; i++) {
            assertThat(covered[i]).as("byte %d", i).isEqualTo(i >= header);
        }
    }

    private static void cover(boolean[] covered, Piece piece) {
        for (long i = 0; i < piece.sizeElements() * 4; i++) {
            int at = (int) (piece.positionBytes() + i);
            assertThat(covered[at]).as("byte %d twice", at).isFalse();
            covered[at] = true;
        }
    }

    @Test
    void a_piece_starts_where_its_parameter_lies() {
        SafetensorsLayout layout = SafetensorsLayout.of(SMALL);
        Parameter bias = SMALL.named("transformer.h.1.attn.c_proj.bias").orElseThrow();

        assertThat(layout.pieces(StateKind.PARAMETER, bias.unit(), bias.offsetElements() + 2, 14))
                .containsExactly(new Piece(layout.positionBytes(bias.name()) + 8, 0, 6));
        assertThat(layout.pieces(StateKind.PARAMETER, 0, SMALL.units().get(0).sizeElements(), 0))
                .isEqualTo(List.of());
    }

    @Test
    void a_range_outside_its_unit_is_our_bug() {
        SafetensorsLayout layout = SafetensorsLayout.of(SMALL);
        long size = SMALL.units().get(1).sizeElements();

        assertThatThrownBy(() -> layout.pieces(StateKind.PARAMETER, 1, size - 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outside of layer 0");
        assertThatThrownBy(() -> layout.pieces(StateKind.PARAMETER, 1, -1, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> layout.pieces(StateKind.PARAMETER, 1, Long.MAX_VALUE, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
