package shoal.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;

/**
 * Folders of every combination of tokenizer files, each with the ids that HF gives 300 texts, or
 * with HF's refusal (testkit/scripts/make_tokenizer_golden.py).
 */
class TokenizerFoldersTest {
    /** HF's own order of things that one tokenizer.json cannot say: refused, with these words. */
    private static final List<String> REFUSED_HERE =
            List.of("HF goes on looking for what the", "HF looks for both");

    @TempDir Path scratch;

    private final Set<String> seen = new HashSet<>();

    @Test
    void every_folder_gives_the_ids_that_hf_gives_or_is_refused_by_name() throws IOException {
        TokenizerFolders golden = TokenizerFolders.read();
        List<String> wrong = new ArrayList<>();
        int refusedHere = 0;

        for (TokenizerFolders.Folder folder : golden.folders()) {
            Path place = golden.write(folder, scratch);
            Optional<String> refusal = refusal(golden, folder, place, wrong);
            boolean isRefusedHere =
                    refusal.filter(words -> REFUSED_HERE.stream().anyMatch(words::contains))
                            .isPresent();
            refusedHere += isRefusedHere ? 1 : 0;
            if (!isRefusedHere) {
                judge(folder, refusal).ifPresent(wrong::add);
            }
        }

        assertThat(wrong).as("%d of %d folders", wrong.size(), golden.folders().size()).isEmpty();
        assertThat(golden.folders()).hasSizeGreaterThan(1_500);
        assertThat(golden.texts()).hasSize(300);
        assertThat(refusedHere).isLessThan(golden.folders().size() / 7);
    }

    /** The refusal of a folder; of one that is read, ids that differ are noted. */
    private Optional<String> refusal(
            TokenizerFolders golden,
            TokenizerFolders.Folder folder,
            Path place,
            List<String> wrong) {
        try {
            // One tokenizer is asked once: many folders say the same in other ways.
            String form = TokenizerJson.read(place, "m").text() + folder.side() + folder.result();
            if (folder.result().isEmpty() || seen.add(form)) {
                ask(golden, folder, place, wrong);
            }
            return Optional.empty();
        } catch (UserException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
    }

    private static void ask(
            TokenizerFolders golden,
            TokenizerFolders.Folder folder,
            Path place,
            List<String> wrong) {
        try (Tokenizer tokenizer = Tokenizer.open(place, "m", 4096)) {
            if (folder.result().isPresent()) {
                compare(golden, folder, tokenizer).ifPresent(wrong::add);
                cut(golden, folder, place).ifPresent(wrong::add);
            }
        }
    }

    private static Optional<String> judge(
            TokenizerFolders.Folder folder, Optional<String> refusal) {
        Optional<String> due = folder.refused().or(folder::blame);
        if (folder.result().isPresent() && folder.refused().isEmpty()) {
            return refusal.map(words -> folder.name() + ": HF reads it; refused: " + words);
        }
        if (refusal.isEmpty()) {
            return Optional.of(folder.name() + ": not refused; HF: " + folder.error());
        }
        String words = refusal.get();
        return words.startsWith("m") && words.contains(due.orElse(""))
                ? Optional.empty()
                : Optional.of(folder.name() + ": not for " + due + ": " + words);
    }

    private static Optional<String> compare(
            TokenizerFolders golden, TokenizerFolders.Folder folder, Tokenizer tokenizer) {
        List<int[]> given = tokenizer.encodeAll(golden.texts());
        for (int i = 0; i < given.size(); i++) {
            int[] expected = golden.ids(folder, i);
            if (!Arrays.equals(expected, given.get(i))) {
                return Optional.of(
                        String.format(
                                "%s (%s): '%s' is %s, HF %s",
                                folder.name(),
                                folder.number(),
                                golden.texts().get(i),
                                Arrays.toString(given.get(i)),
                                Arrays.toString(expected)));
            }
        }
        return Optional.empty();
    }

    /** Texts that are cut lose the end that HF cuts. */
    private static Optional<String> cut(
            TokenizerFolders golden, TokenizerFolders.Folder folder, Path place) {
        int most = golden.shortLength();
        for (int i = 0; i < golden.texts().size(); i++) {
            int[] all = golden.ids(folder, i);
            if (all.length > most) {
                int from = folder.side().equals("left") ? all.length - most : 0;
                int[] expected = Arrays.copyOfRange(all, from, from + most);
                try (Tokenizer tokenizer = Tokenizer.open(place, "m", most)) {
                    return Arrays.equals(expected, tokenizer.encode(golden.texts().get(i)))
                            ? Optional.empty()
                            : Optional.of(folder.name() + ": cut at the other end");
                }
            }
        }
        return Optional.empty();
    }

    @Test
    void a_copy_with_what_it_needs_besides_reads_as_the_folder_does() throws IOException {
        TokenizerFolders golden = TokenizerFolders.read();
        int copies = 0;
        for (TokenizerFolders.Folder folder : golden.folders()) {
            if (folder.result().isEmpty() || folder.files().containsKey("tokenizer.json")) {
                continue;
            }
            Path place = golden.write(folder, scratch);
            Optional<String> before = json(place);
            if (before.isPresent()) {
                for (var file : Tokenizer.additions(place, "m").entrySet()) {
                    Files.writeString(place.resolve(file.getKey()), file.getValue());
                }
                assertThat(json(place)).as(folder.name()).isEqualTo(before);
                assertThat(TokenizerKind.isUnnamed(TokenizerFiles.of(place, "m"))).isFalse();
                copies++;
            }
        }
        assertThat(copies).isGreaterThan(400);
    }

    private static Optional<String> json(Path place) {
        try {
            return Optional.of(Tokenizer.json(place, "m"));
        } catch (UserException refused) {
            return Optional.empty();
        }
    }

    @Test
    void every_key_that_hf_reads_is_in_the_table() throws IOException {
        assertThat(TokenizerFolders.read().keys())
                .hasSizeGreaterThan(30)
                .allSatisfy(key -> assertThat(ConfigKeys.find(key)).as(key).isPresent());
    }
}
