package shoal.worker.artefact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.proto.v1.Artefact;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

final class ArtefactCacheTest {
    private static final String TEXT = "0123456789";

    @TempDir Path folder;
    private final StopSignal stop = new StopSignal();
    private final ScriptedSource source = new ScriptedSource();
    private long now;

    @Test
    void a_file_is_fetched_once_and_then_kept() throws IOException {
        source.gives(TEXT);

        Path first = obtain(artefact(TEXT));
        Path second = obtain(artefact(TEXT));

        assertThat(first).isEqualTo(second).hasContent(TEXT).hasFileName(hex(TEXT));
        assertThat(source.offsets).containsExactly(0L);
    }

    @Test
    void a_fetch_that_broke_off_goes_on_where_it_stopped() throws IOException {
        source.breaksOffAfter(4).gives(TEXT);

        assertThat(obtain(artefact(TEXT))).hasContent(TEXT);
        assertThat(source.offsets).containsExactly(0L, 4L);
    }

    @Test
    void a_later_process_goes_on_with_what_an_earlier_one_fetched() throws IOException {
        Files.writeString(folder.resolve(hex(TEXT) + ".part"), TEXT.substring(0, 7));
        source.gives(TEXT);

        assertThat(obtain(artefact(TEXT))).hasContent(TEXT);
        assertThat(source.offsets).containsExactly(7L);
    }

    @Test
    void a_part_that_does_not_fit_is_fetched_again_from_the_first_byte() throws IOException {
        Files.writeString(folder.resolve(hex(TEXT) + ".part"), "xyz");
        source.gives(TEXT);

        assertThat(obtain(artefact(TEXT))).hasContent(TEXT);
        assertThat(source.offsets).containsExactly(3L, 0L);
    }

    @Test
    void a_part_longer_than_the_file_is_fetched_again_from_the_first_byte() throws IOException {
        Files.writeString(folder.resolve(hex(TEXT) + ".part"), TEXT + TEXT);
        source.gives(TEXT);

        assertThat(obtain(artefact(TEXT))).hasContent(TEXT);
        assertThat(source.offsets).containsExactly(0L);
    }

    @Test
    void a_file_with_another_hash_is_refused_and_not_kept() {
        source.gives("9876543210");

        assertThatThrownBy(() -> obtain(artefact(TEXT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("name-0123456789")
                .hasMessageContaining("expected " + hex(TEXT));
        assertThat(folder.resolve(hex(TEXT))).doesNotExist();
        assertThat(folder.resolve(hex(TEXT) + ".part")).isEmptyFile();
    }

    @Test
    void more_bytes_than_announced_are_refused_before_they_are_written() {
        source.gives(TEXT + "and a gigabyte more");

        assertThatThrownBy(() -> obtain(artefact(TEXT)))
                .hasMessageContaining("more than the announced 10 bytes");
    }

    @Test
    void fewer_bytes_than_announced_are_refused() {
        source.gives("0123");

        assertThatThrownBy(() -> obtain(artefact(TEXT)))
                .hasMessageContaining("ended after 4 bytes, expected 10");
    }

    @Test
    void the_longest_unused_files_make_room_for_new_ones() throws IOException {
        for (String text : List.of("aaaaaaaaaa", "bbbbbbbbbb", "aaaaaaaaaa", "cccccccccc")) {
            source.gives(text);
            obtain(artefact(text));
        }

        assertThat(folder.resolve(hex("bbbbbbbbbb"))).doesNotExist();
        assertThat(folder.resolve(hex("aaaaaaaaaa"))).exists();
        assertThat(folder.resolve(hex("cccccccccc"))).exists();
    }

    @Test
    void files_of_the_run_itself_are_never_removed_for_it() throws IOException {
        source.gives("aaaaaaaaaa");
        obtain(artefact("aaaaaaaaaa"));
        source.gives("bbbbbbbbbb").gives("cccccccccc");

        List<Path> files =
                cache().obtain(
                                List.of(
                                        artefact("aaaaaaaaaa"),
                                        artefact("bbbbbbbbbb"),
                                        artefact("cccccccccc")),
                                stop);

        assertThat(files).allSatisfy(file -> assertThat(file).exists());
    }

    @Test
    void a_run_that_ended_stops_the_fetch_and_the_part_stays() {
        source.breaksOffAfter(4);
        source.afterwards = stop::raise;

        assertThatThrownBy(() -> obtain(artefact(TEXT))).isInstanceOf(StoppedException.class);
        assertThat(folder.resolve(hex(TEXT) + ".part")).hasContent("0123");
    }

    @Test
    void an_empty_file_needs_no_fetch() throws IOException {
        assertThat(obtain(artefact(""))).isEmptyFile();
        assertThat(source.offsets).isEmpty();
    }

    @Test
    void a_runs_files_are_laid_out_under_their_names_and_removed_at_its_end() throws IOException {
        source.gives(TEXT);
        List<Artefact> artefacts =
                List.of(
                        artefact(TEXT).toBuilder()
                                .setRole(Artefact.Role.MODEL_FILE)
                                .setName("config.json")
                                .build(),
                        artefact(TEXT).toBuilder()
                                .setRole(Artefact.Role.TRAIN_ROWS)
                                .setName("train.tsv")
                                .build());
        Path place = folder.resolve("run");

        RunFolder run = RunFolder.lay(place, artefacts, cache(), stop);

        assertThat(run.model().resolve("config.json")).hasContent(TEXT);
        assertThat(run.files(Artefact.Role.TRAIN_ROWS, artefacts))
                .containsExactly(place.resolve("train").resolve("train.tsv"));
        assertThat(source.offsets).containsExactly(0L);
        run.close();
        assertThat(place).doesNotExist();
        assertThat(folder.resolve(hex(TEXT))).hasContent(TEXT);
    }

    @Test
    void a_name_that_leaves_the_folder_is_refused() {
        Artefact bad =
                artefact(TEXT).toBuilder()
                        .setRole(Artefact.Role.MODEL_FILE)
                        .setName("../config.json")
                        .build();

        assertThatThrownBy(() -> RunFolder.lay(folder, List.of(bad), cache(), stop))
                .hasMessageContaining("../config.json")
                .hasMessageContaining("no file name");
        assertThat(source.offsets).isEmpty();
    }

    @Test
    void two_files_of_one_name_are_refused() {
        Artefact file = artefact(TEXT).toBuilder().setRole(Artefact.Role.MODEL_FILE).build();

        assertThatThrownBy(() -> RunFolder.lay(folder, List.of(file, file), cache(), stop))
                .hasMessageContaining("two files");
    }

    private Path obtain(Artefact artefact) throws IOException {
        return cache().obtain(List.of(artefact), stop).get(0);
    }

    private ArtefactCache cache() {
        return new ArtefactCache(folder, 20, source, () -> Instant.ofEpochSecond(now++), 1);
    }

    private static Artefact artefact(String text) {
        return Artefact.newBuilder()
                .setName("name-" + text)
                .setSha256(ByteString.copyFrom(sha256(text)))
                .setSizeBytes(text.length())
                .build();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(sha256(text));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Gives texts, in order, the last one again and again; breaks off first if told to. */
    private static final class ScriptedSource implements ArtefactSource {
        final List<Long> offsets = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();
        private int breakAfter = -1;
        private Runnable afterwards = () -> {};

        ScriptedSource gives(String text) {
            texts.add(text);
            return this;
        }

        ScriptedSource breaksOffAfter(int bytes) {
            breakAfter = bytes;
            return this;
        }

        @Override
        public void read(ByteString sha256, long offsetBytes, Sink sink, StopSignal stop)
                throws IOException {
            offsets.add(offsetBytes);
            if (breakAfter >= 0) {
                sink.write(ByteString.copyFromUtf8(TEXT.substring(0, breakAfter)));
                breakAfter = -1;
                afterwards.run();
                throw new BrokenOff("cable pulled", new IOException("reset"));
            }
            String text = textOf(sha256);
            for (int i = (int) offsetBytes; i < text.length(); i += 3) {
                String piece = text.substring(i, Math.min(text.length(), i + 3));
                sink.write(ByteString.copyFromUtf8(piece));
            }
        }

        /** What has this hash, else whatever there is. */
        private String textOf(ByteString hash) {
            return texts.stream()
                    .filter(
                            text ->
                                    ByteString.copyFrom(ArtefactCacheTest.sha256(text))
                                            .equals(hash))
                    .findFirst()
                    .orElseGet(() -> texts.get(0));
        }
    }
}
