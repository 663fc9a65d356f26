package shoal.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.UserException;

final class ClassifierTest {
    private static final List<String> TEXTS =
            List.of("房间很干净", "", "太吵了，一晚上都没有睡好", "a", "服务 好 ".repeat(200), "   ");

    @TempDir private Path folder;

    @Test
    void a_text_has_the_same_bits_alone_among_others_and_on_any_lanes() {
        List<Prediction> together;
        List<Prediction> alone = new ArrayList<>();
        try (Classifier one = open(1)) {
            together = one.classify(TEXTS);
            TEXTS.forEach(text -> alone.add(one.classify(text)));
        }
        List<String> many =
                IntStream.range(0, 2_100).mapToObj(i -> TEXTS.get(i % TEXTS.size())).toList();

        List<Prediction> windows;
        try (Classifier two = open(2)) {
            windows = two.classify(many);
        }

        assertThat(together).isEqualTo(alone);
        for (int i = 0; i < many.size(); i++) {
            assertThat(windows.get(i)).isEqualTo(alone.get(i % TEXTS.size()));
        }
    }

    @Test
    void probabilities_add_up_and_the_score_is_the_largest() {
        try (Classifier classifier = open(2)) {
            for (Prediction each : classifier.classify(TEXTS)) {
                double sum = each.probabilities().stream().mapToDouble(p -> p).sum();
                assertThat(sum).isCloseTo(1, within(1e-12));
                assertThat(each.score()).isGreaterThanOrEqualTo(0.5);
                assertThat(each.name()).isEqualTo("LABEL_" + each.label());
            }
            assertThat(classifier.classify(List.of())).isEmpty();
            assertThat(classifier.maxTokens()).isEqualTo(256);
            assertThat(classifier.labels()).containsExactly("LABEL_0", "LABEL_1");
        }
    }

    @Test
    void softmax_is_that_of_the_logits_and_the_first_of_equals_wins() {
        List<String> names = List.of("a", "b", "c");

        Prediction clear = Prediction.of(new float[] {1, 3, 2}, names);
        Prediction tie = Prediction.of(new float[] {-200, 500, 500}, names);

        assertThat(clear.name()).isEqualTo("b");
        assertThat(clear.probabilities().get(0)).isCloseTo(0.09003057317038046, within(1e-15));
        assertThat(clear.score()).isCloseTo(0.6652409557748218, within(1e-15));
        assertThat(tie.label()).isEqualTo(1);
        assertThat(tie.probabilities()).containsExactly(Math.exp(-700) / 2, 0.5, 0.5);
    }

    @Test
    void names_of_classes_are_those_of_id2label() throws IOException {
        Path named =
                ModelCopy.in(folder.resolve("named"))
                        .with("\"id2label\": {\"0\": \"差\", \"1\": \"好\"}")
                        .folder();

        try (Classifier classifier = Classifier.open(named)) {
            Prediction prediction = classifier.classify("房间很干净");

            assertThat(classifier.labels()).containsExactly("差", "好");
            assertThat(prediction.name()).isEqualTo(List.of("差", "好").get(prediction.label()));
        }
    }

    @Test
    void a_text_is_cut_where_asked() {
        ClassifierOptions options = ClassifierOptions.defaults().withMaxTokens(2);

        try (Classifier cut = Classifier.open(ModelCopy.BUNDLED, options)) {
            assertThat(cut.classify("房间很干净")).isEqualTo(cut.classify("房间"));
            assertThat(cut.classify("房间")).isNotEqualTo(cut.classify("房"));
        }
    }

    @Test
    void the_tokenizers_own_bound_holds_where_none_is_asked() throws IOException {
        Path model = ModelCopy.in(folder.resolve("bounded")).folder();
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"model_max_length\": 2}");

        try (Classifier cut = Classifier.open(model)) {
            assertThat(cut.maxTokens()).isEqualTo(2);
            assertThat(cut.classify("房间很干净")).isEqualTo(cut.classify("房间"));
        }
    }

    @Test
    void callers_of_several_threads_get_the_answers_of_one() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try (Classifier classifier = open(2)) {
            List<Prediction> expected = classifier.classify(TEXTS);
            List<Callable<List<Prediction>>> calls = new ArrayList<>();
            for (int call = 0; call < 16; call++) {
                calls.add(() -> classifier.classify(TEXTS));
            }

            for (Future<List<Prediction>> answer : callers.invokeAll(calls)) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void a_closed_classifier_says_so() {
        Classifier classifier = open(1);
        classifier.close();
        classifier.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> classifier.classify("x"))
                .withMessage("the classifier of " + ModelCopy.BUNDLED + " is closed");
    }

    /** The allocator keeps some of what was freed, until it has kept enough: about 30 times. */
    @Test
    @Tag("slow")
    void closing_gives_the_memory_back() throws IOException {
        for (int warm = 0; warm < 40; warm++) {
            openAndClose();
        }
        long before = residentBytes();

        for (int time = 0; time < 30; time++) {
            openAndClose();
        }

        long weights = Files.size(ModelCopy.BUNDLED.resolve("model.safetensors"));
        assertThat(residentBytes() - before).isLessThan(15 * weights);
    }

    @Test
    void what_is_no_classifier_is_refused_with_what_to_do() throws IOException {
        Path headless = ModelCopy.in(folder.resolve("headless")).withHeadOf(0).folder();
        Path regression = ModelCopy.in(folder.resolve("regression")).withHeadOf(1).folder();
        ClassifierOptions tooLong = ClassifierOptions.defaults().withMaxTokens(257);

        assertRefused(() -> Classifier.open(headless), "has no score.weight", "./shoal train");
        assertRefused(() -> Classifier.open(regression), "num_labels is 1", "regression");
        assertRefused(
                () -> Classifier.open(ModelCopy.BUNDLED, tooLong), "n_positions 256", "257 tokens");
        assertRefused(
                () -> Classifier.open("no-one/nothing", tooLong), "neither a folder nor a model");
    }

    private static void assertRefused(Callable<Classifier> open, String... words) {
        assertThatThrownBy(open::call)
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(words);
    }

    private static Classifier open(int lanes) {
        return Classifier.open(ModelCopy.BUNDLED, ClassifierOptions.defaults().withLanes(lanes));
    }

    private static void openAndClose() {
        try (Classifier classifier = open(2)) {
            classifier.classify(TEXTS);
        }
    }

    /** What the process holds, not counting mapped files (proc(5), statm). */
    private static long residentBytes() throws IOException {
        System.gc();
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
        return (Long.parseLong(pages[1]) - Long.parseLong(pages[2])) * 4_096;
    }
}
