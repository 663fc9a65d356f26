package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static shoal.engine.djl.OffloadFile.Contents.MOMENTS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.engine.ElementRange;
import shoal.engine.Holding;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;

final class OffloadFileTest {
    private static final ParameterTable TABLE = ParameterTable.of(Fixtures.tiny(0));
    private static final List<ElementRange> RANGES = ranges(TABLE);

    private static final OptimizerRecipe RULE = Fixtures.ADAMW;

    @TempDir private Path folder;

    @Test
    void what_is_written_is_read_again_and_the_rest_is_zero() {
        try (OffloadFile file = OffloadFile.create(MOMENTS, folder, RANGES)) {
            file.write(StateKind.EXP_AVG, 1, 3, Fixtures.bytes(new float[] {1, 2, 3}));
            file.write(StateKind.EXP_AVG_SQ, 1, 3, Fixtures.bytes(new float[] {4, 5, 6}));

            assertThat(read(file, StateKind.EXP_AVG, 1)).containsExactly(0, 1, 2, 3, 0);
            assertThat(read(file, StateKind.EXP_AVG_SQ, 1)).containsExactly(0, 4, 5, 6, 0);
            assertThat(read(file, StateKind.EXP_AVG, 2)).containsOnly(0);
        }
    }

    @Test
    void a_file_has_no_name_while_it_is_used_so_that_nobody_has_to_remove_it() throws IOException {
        Recipe recipe = nvme(folder.toString());

        try (DjlEngine engine = DjlEngine.open(Fixtures.tiny(0), recipe, 2)) {
            engine.write(StateKind.EXP_AVG, 1, 0, Fixtures.bytes(new float[] {1}));
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    void moments_in_a_file_are_no_memory_of_the_engine() {
        Recipe recipe = nvme(folder.toString());
        long parameters = TABLE.units().stream().mapToLong(unit -> unit.sizeElements()).sum();

        try (DjlEngine resident = DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(1, 0, RULE), 1);
                DjlEngine filed = DjlEngine.open(Fixtures.tiny(0), recipe, 1)) {
            assertThat(resident.stateBytes()).isEqualTo(3 * parameters * Float.BYTES);
            assertThat(filed.stateBytes()).isEqualTo(parameters * Float.BYTES);
        }
    }

    @Test
    void with_parameters_in_a_file_only_units_in_use_are_memory_of_the_engine() {
        Recipe recipe =
                Fixtures.recipe(
                        1,
                        0,
                        RULE,
                        new ZeroRecipe(
                                3,
                                Offload.NVME,
                                Offload.NVME,
                                false,
                                folder.toString(),
                                folder.toString()));
        ByteBuffer values = Fixtures.bytes(new float[] {1, 2, 3});

        try (DjlEngine filed = DjlEngine.open(Fixtures.tiny(0), recipe, 1)) {
            assertThat(filed.stateBytes()).isZero();
            filed.write(StateKind.PARAMETER, 2, 4, values);
            ByteBuffer read = Fixtures.bytes(new float[3]);
            filed.read(StateKind.PARAMETER, 2, 4, read);
            assertThat(read.flip()).isEqualTo(values.flip());
        }
    }

    @Test
    void a_folder_that_is_not_there_is_refused() {
        Path nowhere = folder.resolve("nowhere");

        assertThatThrownBy(
                        () -> DjlEngine.open(Fixtures.tiny(0), nvme(nowhere.toString()), 1).close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "zero_optimization.offload_optimizer.nvme_path: is "
                                + nowhere
                                + ", but there is no such folder on the worker's machine");
    }

    @Test
    void a_folder_where_no_file_can_be_made_is_refused() {
        // Nobody, not even root, makes files there.
        Path processes = Path.of("/proc/self/fdinfo");

        assertThatThrownBy(() -> OffloadFile.create(MOMENTS, processes, RANGES).close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("where the worker cannot make a file")
                .hasMessageContaining("name another folder");
    }

    @Test
    void a_disk_that_is_too_small_is_refused_with_what_is_needed() throws IOException {
        GptConfig huge =
                new GptConfig(50, 32, 32_768, 1_000, 2, 131_072, 3, 0, 1e-5, 0.02, 0, 0, 0);
        ParameterTable table = ParameterTable.of(huge);
        long bytes = 8 * table.units().stream().mapToLong(unit -> unit.sizeElements()).sum();

        assertThatThrownBy(() -> OffloadFile.create(MOMENTS, folder, ranges(table)).close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "is "
                                + folder
                                + ", whose disk is full: moments take "
                                + bytes
                                + " bytes on this worker. Free as much");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void a_disk_that_is_full_later_on_is_the_machines_fault() throws IOException {
        // Linux's device that has no room for anything (man 4 full).
        FileChannel full =
                FileChannel.open(
                        Path.of("/dev/full"), StandardOpenOption.READ, StandardOpenOption.WRITE);
        long bytes = 8 * TABLE.units().stream().mapToLong(unit -> unit.sizeElements()).sum();

        try (OffloadFile file = new OffloadFile(MOMENTS, folder, full, RANGES)) {
            ByteBuffer values = Fixtures.bytes(new float[] {1, 2, 3});
            assertThatThrownBy(() -> file.write(StateKind.EXP_AVG, 1, 3, values))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage(
                            "moments of "
                                    + bytes
                                    + " bytes in a file in "
                                    + folder
                                    + " (zero_optimization.offload_optimizer.nvme_path) cannot be"
                                    + " written: No space left on device. Free as much, name"
                                    + " another folder, or keep them in memory with device \"cpu\";"
                                    + " then go on from the newest checkpoint");
        }
    }

    private static Recipe nvme(String folder) {
        return Fixtures.recipe(
                1, 0, RULE, new ZeroRecipe(0, Offload.NVME, Offload.DEVICE, false, folder, ""));
    }

    private static List<ElementRange> ranges(ParameterTable table) {
        return Holding.everything(table).updated(table);
    }

    private static float[] read(OffloadFile file, StateKind kind, int unit) {
        ByteBuffer bytes = Fixtures.bytes(new float[5]);
        file.read(kind, unit, 2, bytes);
        float[] values = new float[5];
        bytes.flip().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
